using System.Security.Cryptography;
using TenantEncryption.Aws.Translation;

namespace TenantEncryption.Aws.Endpoints;

/// <summary>The body of an answer in memory, in which there may be a plaintext key: it is zeroed when it is disposed.</summary>
internal sealed class AnswerContent : ByteArrayContent
{
    private readonly byte[] _body;

    private AnswerContent(byte[] body, int length)
        : base(body, 0, length) => _body = body;

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
        byte[] body = NewBuffer(said <= longest ? (int)said + 1 : throw new AnswerTooLongException());
        int length = 0;
        try
        {
            while (await stream.ReadAsync(body.AsMemory(length), cancellationToken).ConfigureAwait(false) is var read and > 0)
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
            CryptographicOperations.ZeroMemory(body);
            throw;
        }

        var content = new AnswerContent(body, length);
        foreach ((string name, IEnumerable<string> values) in source.Headers)
        {
            content.Headers.TryAddWithoutValidation(name, values);
        }

        return content;
    }

    protected override void Dispose(bool disposing)
    {
        CryptographicOperations.ZeroMemory(_body);
        base.Dispose(disposing);
    }

    private static byte[] Grow(byte[] body, int longest)
    {
        byte[] larger = NewBuffer(Math.Min(body.Length * 2, longest + 1));
        body.CopyTo(larger, 0);
        CryptographicOperations.ZeroMemory(body);
        return larger;
    }

    private static byte[] NewBuffer(int length) => GC.AllocateUninitializedArray<byte>(length, pinned: true);
}
