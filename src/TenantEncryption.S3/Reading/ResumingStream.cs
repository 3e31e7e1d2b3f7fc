using Amazon.Runtime;
using Amazon.S3.Model;
using TenantEncryption.S3.Calls;
using TenantEncryption.Spaces;

namespace TenantEncryption.S3.Reading;

/// <summary>
/// The content of an object as it comes. Where the connection breaks, or gives nothing for a while, the rest is asked for again, of the same object alone
/// (If-Match), so that a long read needs no memory and no second try of its own.
/// </summary>
/// <param name="exchange">Makes the calls.</param>
/// <param name="bucket">The bucket.</param>
/// <param name="selection">What is read, by the entity tag of the object that was opened.</param>
/// <param name="key">The object's key.</param>
/// <param name="open">Opens the rest from a byte on.</param>
/// <param name="first">The first answer.</param>
/// <param name="length">How many bytes there are to be read.</param>
/// <param name="stall">The longest that it may give nothing.</param>
internal sealed class ResumingStream(
    S3Exchange exchange,
    string bucket,
    string key,
    ObjectSelection selection,
    Func<ObjectSelection, CancellationToken, Task<GetObjectResponse>> open,
    GetObjectResponse first,
    long length,
    TimeSpan stall) : Stream
{
    private const int TriesWithoutProgress = 4;
    private const string Operation = "s3:GetObject";

    private GetObjectResponse? _answer = first;
    private CancellationTokenSource _patience = new();
    private long _read;
    private int _failures;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || _read == length)
        {
            return 0;
        }

        while (true)
        {
            try
            {
                _answer ??= await OpenRestAsync(cancellationToken).ConfigureAwait(false);
                int read = await ReadOnceAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (read > 0)
                {
                    _read += read;
                    _failures = 0;
                    return read;
                }

                throw new EndOfStreamException("the answer ended early");
            }
            catch (Exception exception) when (exception is not (TenantEncryptionException or ObjectDisposedException))
            {
                cancellationToken.ThrowIfCancellationRequested();
                _answer?.Dispose();
                _answer = null;
                if (exception is AmazonServiceException { StatusCode: not 0 } || ++_failures == TriesWithoutProgress)
                {
                    throw exchange.Translate(exception, Operation, bucket, key, cancellationToken);
                }
            }
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _answer?.Dispose();
        _answer = null;
        _patience.Dispose();
        base.Dispose(disposing);
    }

    private Task<GetObjectResponse> OpenRestAsync(CancellationToken cancellationToken) =>
        open(selection with { From = selection.From + _read, To = selection.From + length - 1 }, cancellationToken);

    private async ValueTask<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int wanted = (int)Math.Min(buffer.Length, length - _read);
        _patience.CancelAfter(stall);
        using (cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _patience))
        {
            try
            {
                return await _answer!.ResponseStream.ReadAsync(buffer[..wanted], _patience.Token).ConfigureAwait(false);
            }
            finally
            {
                if (!_patience.TryReset())
                {
                    _patience.Dispose();
                    _patience = new CancellationTokenSource();
                }
            }
        }
    }
}
