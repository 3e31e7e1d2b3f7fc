using Amazon.S3;

namespace TenantEncryption.S3.Writing;

/// <summary>
/// Whether the signature of a request covers its content. Over TLS it need not: TLS and the checksum do, at a sixth of the cost of SHA-256. Over plain http,
/// which is taken for this machine only, it does.
/// </summary>
internal static class PayloadSigning
{
    /// <summary>Whether it is left out.</summary>
    public static bool IsLeftOut(IAmazonS3 client) =>
        client.Config.ServiceURL is not { } url || url.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
}
