namespace TenantEncryption.S3.Endpoints;

/// <summary>
/// Reads no list and no error beyond 16 MiB: a page of a thousand names is shorter, and whoever sits at an endpoint could else have this process read until its
/// memory ends. Objects are given on as they come.
/// </summary>
internal sealed class AnswerGuard(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const long Longest = 16 << 20;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            if (request.Method != HttpMethod.Head && !IsContent(request, answer))
            {
                await answer.Content.LoadIntoBufferAsync(Longest, cancellationToken).ConfigureAwait(false);
            }

            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    // GetObject alone has no query but for the version and the name of the operation (Amazon S3 API reference, GetObject).
    private static bool IsContent(HttpRequestMessage request, HttpResponseMessage answer) =>
        request.Method == HttpMethod.Get
        && answer.IsSuccessStatusCode
        && request.RequestUri!.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .All(one => one.StartsWith("versionId=", StringComparison.Ordinal) || one.StartsWith("x-id=", StringComparison.Ordinal));
}
