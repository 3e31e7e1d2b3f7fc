using TenantEncryption.Changes;
using TenantEncryption.Kms;
using TenantEncryption.Providers;

namespace TenantEncryption.Keys.Regions;

/// <summary>The KMS as one operation asks it for one provider: calls that use the key go home, and to a replica when home gives no answer.</summary>
internal sealed class ProviderChannel(ProviderRegions regions, Operation operation, KeyProvider provider, KmsAllowance? allowance) : IKmsChannel
{
    private readonly SeenGrants _seen = new();

    /// <inheritdoc/>
    public Task<T> SendAsync<T>(KmsRequest<T> request, CancellationToken cancellationToken)
        where T : IKmsAnswer => request.EncryptionContext is null
            ? operation.Kms.SendAsync(request, cancellationToken)
            : regions.SendAsync(request, operation, provider, allowance, _seen, cancellationToken);
}
