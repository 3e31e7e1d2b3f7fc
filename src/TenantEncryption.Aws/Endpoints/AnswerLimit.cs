namespace TenantEncryption.Aws.Endpoints;

/// <summary>
/// Reads no answer beyond 1 MiB: the longest of KMS is a key policy of 32 KiB, and whoever sits at an endpoint could else have this process read until
/// its memory ends.
/// </summary>
internal sealed class AnswerLimit(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>The longest body, in bytes.</summary>
    public const int Longest = 1 << 20;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            using HttpContent body = answer.Content;
            answer.Content = await AnswerContent.ReadAsync(body, Longest, cancellationToken).ConfigureAwait(false);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }
}
