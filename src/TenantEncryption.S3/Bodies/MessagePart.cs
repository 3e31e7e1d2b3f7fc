using System.Buffers;
using System.IO.Hashing;

namespace TenantEncryption.S3.Bodies;

/// <summary>A message, or a part of one, held so that it can be sent again, with its checksum. Disposing it gives its memory back.</summary>
internal sealed class MessagePart : IDisposable
{
    private readonly ByteBudget _budget;
    private readonly Crc64 _checksum = new(Crc64ParameterSet.Nvme);
    private byte[]? _bytes;

    private MessagePart(ByteBudget budget, int length) => (_budget, Length, _bytes) = (budget, length, ArrayPool<byte>.Shared.Rent(length));

    /// <summary>Its length when it is full, in bytes.</summary>
    public int Length { get; }

    /// <summary>How many bytes it has.</summary>
    public int Filled { get; private set; }

    /// <summary>Whether it is full.</summary>
    public bool IsFull => Filled == Length;

    /// <summary>
    /// CRC-64/NVME as S3 takes it, big-endian in base64. It is S3's own choice for objects that come without a checksum, and the cheapest of those that it
    /// verifies: no dearer than CRC-32, at a sixth of the cost of SHA-256.
    /// </summary>
    public string Checksum => Convert.ToBase64String(_checksum.GetCurrentHash());

    /// <summary>Takes memory for a part.</summary>
    /// <param name="budget">What may be held at once.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="cancellationToken">Ends waiting for memory.</param>
    /// <returns>The part, empty.</returns>
    public static async ValueTask<MessagePart> TakeAsync(ByteBudget budget, int length, CancellationToken cancellationToken)
    {
        await budget.TakeAsync(length, cancellationToken).ConfigureAwait(false);
        return new MessagePart(budget, length);
    }

    /// <summary>Adds bytes, as many as there is room for.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>How many were taken.</returns>
    public int Add(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> taken = bytes[..Math.Min(bytes.Length, Length - Filled)];
        taken.CopyTo(_bytes.AsSpan(Filled));
        _checksum.Append(taken);
        Filled += taken.Length;
        return taken.Length;
    }

    /// <summary>Its content from the start, for one call.</summary>
    /// <returns>A stream; disposing it changes nothing.</returns>
    public MemoryStream Open() => new(_bytes!, 0, Filled, writable: false);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _bytes, null) is { } bytes)
        {
            ArrayPool<byte>.Shared.Return(bytes);
            _budget.Return(Length);
        }
    }
}
