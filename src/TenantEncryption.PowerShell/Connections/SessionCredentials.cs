using TenantEncryption.Keys;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>AWS credentials that the user gave for this session. They live in memory alone.</summary>
/// <param name="AccessKeyId">The access key id, which is no secret.</param>
/// <param name="SecretAccessKey">The secret access key in UTF-8.</param>
/// <param name="SessionToken">The session token of temporary credentials in UTF-8, or <see langword="null"/>.</param>
internal sealed record SessionCredentials(string AccessKeyId, SecretBytes SecretAccessKey, SecretBytes? SessionToken) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        SecretAccessKey.Dispose();
        SessionToken?.Dispose();
    }
}
