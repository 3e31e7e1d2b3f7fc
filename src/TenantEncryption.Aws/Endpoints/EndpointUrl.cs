using TenantEncryption.Errors;

namespace TenantEncryption.Aws.Endpoints;

/// <summary>
/// The rule for endpoints that someone chose: https, or plain http to this machine only. A data key's plaintext is in the answer, so
/// over plain http anyone on the way would have it.
/// </summary>
internal static class EndpointUrl
{
    /// <summary>Checks an endpoint.</summary>
    /// <param name="text">The URL.</param>
    /// <param name="source">Where it comes from, for the message.</param>
    /// <returns>The URL.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it is not an allowed URL.</exception>
    public static Uri Parse(string text, string source)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
        {
            throw Refuse(source, "is not an absolute http or https URL");
        }

        // A user name in a URL is a secret in a place that is stored and shown.
        if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            throw Refuse(source, "has a user name, a query or a fragment");
        }

        return url.Scheme == Uri.UriSchemeHttps || url.IsLoopback
            ? url
            : throw Refuse(source, $"is plain http to '{url.Host}', which is accepted for this machine (127.0.0.1, ::1, localhost) only");
    }

    private static TenantEncryptionException Refuse(string source, string fault) =>
        new(ErrorCodes.InvalidInput, $"The endpoint URL ({source}) {fault}.");
}
