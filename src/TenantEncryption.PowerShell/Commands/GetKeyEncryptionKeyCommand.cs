using System.Management.Automation;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Lists a tenant's key-encryption keys.</summary>
/// <remarks>
/// A key-encryption key wraps the data keys of the tenant's messages; it is stored only sealed by its provider. ReservedWraps never falls short of the
/// wraps that were made. Give -TenantId, or -KeyProvider for the keys that one provider seals.
/// </remarks>
/// <example>
///   <code>Get-KeyEncryptionKey -TenantId acme</code>
///   <para>Lists a tenant's keys, oldest first.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "KeyEncryptionKey")]
[OutputType(typeof(KeyEncryptionKey))]
public sealed class GetKeyEncryptionKeyCommand : TenantCmdlet
{
    /// <summary>The tenant.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <summary>
    /// Only keys that this provider seals: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(KeyProviderCompleter))]
    public KeyProviderReference? KeyProvider { get; set; }

    /// <inheritdoc/>
    protected override object? Target => (object?)KeyProvider ?? TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        KeyProvider? provider = KeyProvider is null
            ? null
            : await Service.Providers.ResolveAsync(KeyProvider.Text, TenantId, Cancellation).ConfigureAwait(false);
        string tenantId = provider?.TenantId ?? TenantId
            ?? throw new TenantEncryptionException(ErrorCodes.InvalidInput, "One of -TenantId and -KeyProvider is needed.");
        foreach (KeyEncryptionKey key in await Service.Keys.ListAsync(tenantId, Cancellation).ConfigureAwait(false))
        {
            if (provider is null || key.ProviderId == provider.Id)
            {
                await EmitAsync(key).ConfigureAwait(false);
            }
        }
    }
}
