using Microsoft.Win32.SafeHandles;
using TenantEncryption.Errors;

namespace TenantEncryption.Envelope;

/// <summary>
/// Writes messages: format version 2, suite 0x0478, framed. Thread-safe. Frames are encrypted in parallel and in memory that does
/// not grow with the input, which is read once.
/// </summary>
public sealed class MessageWriter
{
    private readonly IAeadFactory _aeadFactory;

    /// <summary>Makes a writer.</summary>
    public MessageWriter()
        : this(null)
    {
    }

    /// <summary>Makes a writer with another AEAD than the platform's AES-GCM.</summary>
    internal MessageWriter(IAeadFactory? aeadFactory) => _aeadFactory = aeadFactory ?? AesGcmFactory.Instance;

    /// <summary>How long a message will be.</summary>
    /// <param name="plaintextLength">Bytes.</param>
    /// <param name="materials">What it will be written with.</param>
    /// <param name="frameLength">The length of a frame's content, in bytes.</param>
    /// <returns>Bytes.</returns>
    public static long Measure(
        long plaintextLength, MessageMaterials materials, int frameLength = MessageWriterOptions.DefaultFrameLength)
    {
        ArgumentNullException.ThrowIfNull(materials);
        Batch.CheckedFrameLength(frameLength);
        return HeaderWriter.Length(materials) + Frames.SealedLength(plaintextLength, frameLength, endsMessage: true);
    }

    /// <summary>Writes a small value to a message in memory, on the calling thread.</summary>
    /// <param name="plaintext">The value.</param>
    /// <param name="materials">Used once.</param>
    /// <param name="frameLength">The length of a frame's content, in bytes.</param>
    /// <returns>The message.</returns>
    /// <exception cref="TenantEncryptionException">INVALID_INPUT: the frame length. LIMIT_EXCEEDED: the message would be longer than an array.</exception>
    /// <exception cref="InvalidOperationException">The materials were used before.</exception>
    public byte[] Write(
        ReadOnlySpan<byte> plaintext, MessageMaterials materials, int frameLength = MessageWriterOptions.DefaultFrameLength)
    {
        long messageLength = Measure(plaintext.Length, materials, frameLength);
        if (messageLength > Array.MaxLength)
        {
            throw new TenantEncryptionException(
                ErrorCodes.LimitExceeded, $"The message would take {messageLength} bytes; a value in memory takes {Array.MaxLength} at most.");
        }

        byte[] message = GC.AllocateUninitializedArray<byte>((int)messageLength);
        Write(plaintext, message, materials, frameLength);
        return message;
    }

    /// <summary>Writes a value to a message in memory of the caller, on the calling thread.</summary>
    /// <param name="plaintext">The value.</param>
    /// <param name="message">Receives the message: exactly as long as <see cref="Measure"/> says.</param>
    /// <param name="materials">Used once.</param>
    /// <param name="frameLength">The length of a frame's content, in bytes.</param>
    /// <exception cref="TenantEncryptionException">INVALID_INPUT: the frame length.</exception>
    /// <exception cref="ArgumentException">The memory has another length.</exception>
    /// <exception cref="InvalidOperationException">The materials were used before.</exception>
    public void Write(
        ReadOnlySpan<byte> plaintext,
        Span<byte> message,
        MessageMaterials materials,
        int frameLength = MessageWriterOptions.DefaultFrameLength)
    {
        CheckLength(message.Length, Measure(plaintext.Length, materials, frameLength));
        materials.Claim();
        int headerLength = HeaderWriter.Length(materials);
        IAead aead = null!;
        HeaderWriter.Write(materials, frameLength, _aeadFactory, message[..headerLength], new Span<IAead>(ref aead));
        using (aead)
        {
            Frames.Seal(
                aead,
                message.Slice(HeaderWriter.MessageIdOffset, HeaderWriter.MessageIdLength),
                frameLength,
                sequence: 1,
                plaintext,
                endsMessage: true,
                message[headerLength..]);
        }
    }

    /// <summary>Writes a large value to a message in memory of the caller, on several threads.</summary>
    /// <param name="plaintext">The value.</param>
    /// <param name="message">Receives the message: exactly as long as <see cref="Measure"/> says.</param>
    /// <param name="materials">Used once.</param>
    /// <param name="options">How to write; <see langword="null"/> for the default.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <returns>The id and the lengths.</returns>
    /// <exception cref="TenantEncryptionException">INVALID_INPUT: the frame length.</exception>
    /// <exception cref="ArgumentException">The memory has another length.</exception>
    /// <exception cref="InvalidOperationException">The materials were used before.</exception>
    public async Task<WrittenMessage> WriteAsync(
        ReadOnlyMemory<byte> plaintext,
        Memory<byte> message,
        MessageMaterials materials,
        MessageWriterOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= MessageWriterOptions.Default;
        CheckLength(message.Length, Measure(plaintext.Length, materials, options.FrameLength));
        var writer = new MemoryMessageWriter(plaintext, message, options, _aeadFactory);
        return await writer.WriteAsync(materials, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Writes a file to a message file. Regular files are read and written at positions, by several threads at once; others (pipes,
    /// devices) as streams. On any exception the destination holds an unfinished message, which the caller deletes.
    /// </summary>
    /// <param name="source">The plaintext, from the start of the file.</param>
    /// <param name="destination">An empty file, written from its start.</param>
    /// <param name="materials">Used once.</param>
    /// <param name="options">How to write; <see langword="null"/> for the default.</param>
    /// <param name="bytesDone">Is told how many bytes of plaintext are done, from any thread.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <returns>The id and the lengths.</returns>
    /// <exception cref="TenantEncryptionException">
    /// INVALID_INPUT: the frame length. LIMIT_EXCEEDED: the input takes more than 2³²−1 frames of that length; a known length is refused
    /// before anything is written. STORAGE_FAILED: the source became shorter while it was read.
    /// </exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    /// <exception cref="InvalidOperationException">The materials were used before.</exception>
    public async Task<WrittenMessage> WriteAsync(
        SafeFileHandle source,
        SafeFileHandle destination,
        MessageMaterials materials,
        MessageWriterOptions? options = null,
        IProgress<long>? bytesDone = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(materials);
        options ??= MessageWriterOptions.Default;
        if (RegularFile.TryGetSourceLength(source, out long length) && RegularFile.TryGetLength(destination, out _))
        {
            long frames = Frames.Count(length, options.FrameLength);
            if (frames > options.MaxFrames)
            {
                throw TooManyFrames(options);
            }

            var writer = new FileMessageWriter(source, length, destination, options, _aeadFactory, bytesDone);
            return await writer.WriteAsync(materials, cancellationToken).ConfigureAwait(false);
        }

        // The streams borrow the handles: not disposed, they leave them open.
        return await WriteAsync(
            RegularFile.AsStream(source, FileAccess.Read),
            RegularFile.AsStream(destination, FileAccess.Write),
            materials,
            options,
            bytesDone,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Writes a stream to a message stream. Neither needs to be seekable; neither is closed. On any exception the destination holds
    /// an unfinished message, which the caller discards.
    /// </summary>
    /// <param name="source">The plaintext, from its position to its end.</param>
    /// <param name="destination">Receives the message.</param>
    /// <param name="materials">Used once.</param>
    /// <param name="options">How to write; <see langword="null"/> for the default.</param>
    /// <param name="bytesDone">Is told how many bytes of plaintext are done, from any thread.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <returns>The id and the lengths.</returns>
    /// <exception cref="TenantEncryptionException">
    /// INVALID_INPUT: the frame length. LIMIT_EXCEEDED: the input takes more than 2³²−1 frames of that length.
    /// </exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    /// <exception cref="InvalidOperationException">The materials were used before.</exception>
    public async Task<WrittenMessage> WriteAsync(
        Stream source,
        Stream destination,
        MessageMaterials materials,
        MessageWriterOptions? options = null,
        IProgress<long>? bytesDone = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(materials);
        options ??= MessageWriterOptions.Default;
        var writer = new StreamMessageWriter(source, destination, options, _aeadFactory, bytesDone);
        return await writer.WriteAsync(materials, cancellationToken).ConfigureAwait(false);
    }

    internal static TenantEncryptionException TooManyFrames(MessageWriterOptions options) =>
        new(
            ErrorCodes.LimitExceeded,
            $"The input takes more than {options.MaxFrames} frames of {options.FrameLength} bytes; choose a larger frame size.");

    private static void CheckLength(int given, long needed)
    {
        if (given != needed)
        {
            throw new ArgumentException($"The message takes {needed} bytes; memory for {given} was given.");
        }
    }
}
