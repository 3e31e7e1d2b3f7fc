using TenantEncryption.Keys;
using TenantEncryption.Kms;
using TenantEncryption.Providers;

namespace TenantEncryption.Drills;

/// <summary>
/// Watches that a drill does not touch the tenant: reads, by a call of KMS each time, a message whose key has exactly the tenant's own encryption
/// context, and opens a key of the tenant's own where the provider seals one.
/// </summary>
internal sealed class TenantReadings(KeySealer sealer, KeyProvider provider, ScratchMessage control, KeyRecord? own)
{
    /// <summary>How many readings there were.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them failed.</summary>
    public int Failed { get; private set; }

    /// <summary>The first that failed.</summary>
    public TenantEncryptionException? FirstFailure { get; private set; }

    /// <summary>What is read.</summary>
    public string Subject => own is null ? "a message with the tenant's own encryption context" : $"the tenant's own key {own.KekId} and a message with its encryption context";

    /// <summary>Reads.</summary>
    public async Task ReadAsync(IKmsChannel kms, CancellationToken cancellationToken)
    {
        Count++;
        try
        {
            await control.ReadAsync(kms, cancellationToken).ConfigureAwait(false);
            if (own is not null)
            {
                (await sealer.OpenAsync(kms, own, provider, cancellationToken).ConfigureAwait(false)).Dispose();
            }
        }
        catch (TenantEncryptionException exception)
        {
            Failed++;
            FirstFailure ??= exception;
        }
    }
}
