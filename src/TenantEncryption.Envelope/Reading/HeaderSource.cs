using System.Buffers;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Errors;

namespace TenantEncryption.Envelope;

/// <summary>Gets the bytes of a header from where the message is, and never more memory than its limit.</summary>
internal static class HeaderSource
{
    private const int FirstReadLength = 4096;

    public static MessageHeader Read(ReadOnlySpan<byte> message, MessageLimits limits) =>
        new HeaderMeasure(limits).TryFindEnd(message, out int length)
            ? HeaderParser.Parse(message[..length].ToArray())
            : throw Incomplete(message.Length);

    public static bool MayBegin(SafeFileHandle source)
    {
        Span<byte> first = stackalloc byte[HeaderParser.FirstBytes];
        return HeaderParser.MayBegin(first[..RegularFile.Read(source, first, 0)]);
    }

    public static MessageHeader Read(SafeFileHandle source, MessageLimits limits)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstReadLength);
        try
        {
            var measure = new HeaderMeasure(limits);
            int filled = RegularFile.Read(source, buffer, 0);
            int length;
            while (!measure.TryFindEnd(buffer.AsSpan(0, filled), out length))
            {
                if (filled < buffer.Length)
                {
                    throw Incomplete(filled);
                }

                Grow(ref buffer, filled, length);
                filled += RegularFile.Read(source, buffer.AsSpan(filled), filled);
            }

            return HeaderParser.Parse(buffer.AsSpan(0, length).ToArray());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public static async Task<MessageHeader> ReadAsync(Stream source, MessageLimits limits, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstReadLength);
        try
        {
            // Only bytes that belong to the header for certain are taken from the stream.
            var measure = new HeaderMeasure(limits);
            int length = HeaderMeasure.LeastLength;
            var filled = 0;
            bool isComplete;
            do
            {
                if (length > buffer.Length)
                {
                    Grow(ref buffer, filled, length);
                }

                int needed = length - filled;
                int read = await source
                    .ReadAtLeastAsync(buffer.AsMemory(filled, needed), needed, throwOnEndOfStream: false, cancellationToken)
                    .ConfigureAwait(false);
                filled += read;
                isComplete = measure.TryFindEnd(buffer.AsSpan(0, filled), out length);
                if (!isComplete && read < needed)
                {
                    throw Incomplete(filled);
                }
            }
            while (!isComplete);

            return HeaderParser.Parse(buffer.AsSpan(0, length).ToArray());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Grow(ref byte[] buffer, int filled, int needed)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, buffer.Length * 2));
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    private static TenantEncryptionException Incomplete(int available) =>
        available == 0
            ? new TenantEncryptionException(ErrorCodes.NotAMessage, "The input is empty.")
            : new TenantEncryptionException(ErrorCodes.MessageTruncated, "The message ends within its header.");
}
