using TenantEncryption.LocalKms.Errors;

namespace TenantEncryption.LocalKms.Protocol;

/// <summary>Reads a request's body whole: the signature covers all of it.</summary>
internal static class RequestBody
{
    /// <exception cref="KmsError">The body is larger than <paramref name="maximum"/> bytes.</exception>
    public static async ValueTask<byte[]> ReadAsync(HttpRequest request, int maximum, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maximum)
        {
            throw TooLarge();
        }

        if (request.ContentLength is { } length)
        {
            byte[] body = new byte[length];
            await request.Body.ReadExactlyAsync(body, cancellationToken);
            return body;
        }

        using var content = new MemoryStream();
        byte[] chunk = new byte[4096];
        while (await request.Body.ReadAsync(chunk, cancellationToken) is > 0 and var read)
        {
            content.Write(chunk, 0, read);
            if (content.Length > maximum)
            {
                throw TooLarge();
            }
        }

        return content.ToArray();
    }

    private static KmsError TooLarge() =>
        new("RequestEntityTooLargeException", "The request is too large.", StatusCodes.Status413PayloadTooLarge);
}
