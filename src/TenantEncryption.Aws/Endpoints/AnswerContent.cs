using System.Net;
using TenantEncryption.Aws.Translation;
using TenantEncryption.Keys;

namespace TenantEncryption.Aws.Endpoints;

/// <summary>The body of an answer, in which there may be a plaintext key: it is where keys are, and zeroed when it is disposed.</summary>
internal sealed class AnswerContent : HttpContent
{
    private readonly SecretBytes _body;
    private readonly ReadOnlyMemoryContent _content;

    private AnswerContent(SecretBytes body, int length) => (_body, _content) = (body, new ReadOnlyMemoryContent(body.Memory[..length]));

    /// <summary>Reads a body to its end.</summary>
    /// <param name="source">The body as it comes.</param>
    /// <param name="longest">How many bytes it may have.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    /// <returns>The body; the caller disposes it.</returns>
    /// <exception cref="AnswerTooLongException">It has more.</exception>
    public static async Task<AnswerContent> ReadAsync(HttpContent source, int longest, CancellationToken cancellationToken)
    {
        const int First = 16 << 10;
        long said = source.Headers.ContentLength ?? First;
        Stream stream = await source.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var body = new SecretBytes(said <= longest ? (int)said + 1 : throw new AnswerTooLongException());
        int length = 0;
        try
        {
            while (await stream.ReadAsync(body.Memory[length..], cancellationToken).ConfigureAwait(false) is var read and > 0)
            {
                length += read;
                if (length > longest)
                {
                    throw new AnswerTooLongException();
                }

                if (length == body.Length)
                {
                    body = Grow(body, longest);
                }
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }

        var content = new AnswerContent(body, length);
        foreach ((string name, IEnumerable<string> values) in source.Headers)
        {
            content.Headers.TryAddWithoutValidation(name, values);
        }

        return content;
    }

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => _content.ReadAsStream(cancellationToken);

    protected override Task<Stream> CreateContentReadStreamAsync() => _content.ReadAsStreamAsync();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _content.CopyToAsync(stream, context);

    protected override bool TryComputeLength(out long length)
    {
        length = _content.Headers.ContentLength ?? 0;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        _body.Dispose();
        _content.Dispose();
        base.Dispose(disposing);
    }

    private static SecretBytes Grow(SecretBytes body, int longest)
    {
        var larger = new SecretBytes(Math.Min(body.Length * 2, longest + 1));
        body.Span.CopyTo(larger.Span);
        body.Dispose();
        return larger;
    }
}
