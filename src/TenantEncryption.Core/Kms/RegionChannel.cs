namespace TenantEncryption.Kms;

/// <summary>Asks one region alone, and that region's key, whatever region and key a call names.</summary>
internal sealed class RegionChannel(IKmsChannel kms, KmsConnection connection, string keyArn) : IKmsChannel
{
    /// <inheritdoc/>
    public Task<T> SendAsync<T>(KmsRequest<T> request, CancellationToken cancellationToken)
        where T : IKmsAnswer => kms.SendAsync(request with { Connection = connection, KeyId = keyArn }, cancellationToken);
}
