using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace TenantEncryption.Envelope;

/// <summary>
/// Writes what a message holds as a message of its own, under another data key and another id: frame to frame, so that plaintext is never in a file, and a
/// large message takes no more memory than a small one. The new header has the old one's frame length. Thread-safe.
/// </summary>
/// <param name="aeadFactory">Another AEAD than the platform's AES-GCM.</param>
internal sealed class MessageReencryptor(IAeadFactory? aeadFactory = null)
{
    // What is read, and written, by one call each: 64 KiB, and what a message adds.
    private const int SmallMessage = 72 << 10;

    private readonly IAeadFactory _aeadFactory = aeadFactory ?? AesGcmFactory.Instance;
    private readonly MessageReader _reader = new(aeadFactory);
    private readonly MessageWriter _writer = new(aeadFactory);

    /// <summary>
    /// Re-encrypts a message file. On any exception, and until the task ends, <b>the destination holds parts of a message that was not verified to its
    /// end</b>: the caller gives a temporary file, and deletes it when this throws.
    /// </summary>
    /// <param name="source">The message, a regular file, from its start.</param>
    /// <param name="destination">An empty regular file.</param>
    /// <param name="keyring">Is asked for the old data key.</param>
    /// <param name="materials">Makes what the new message is written with; asked once the old header is authenticated.</param>
    /// <param name="options">What to accept of the old message, and on how many threads.</param>
    /// <param name="bytesDone">Is told how many bytes of plaintext are done, from any thread.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <returns>Both messages.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="MessageReader"/> says.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    public async Task<ReencryptedMessage> ReencryptAsync(
        SafeFileHandle source,
        SafeFileHandle destination,
        IKeyring keyring,
        Func<MessageHeader, ValueTask<MessageMaterials>> materials,
        MessageReaderOptions options,
        IProgress<long>? bytesDone,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long length = RandomAccess.GetLength(source);
        if (length <= SmallMessage)
        {
            return await InMemoryAsync(source, length, destination, keyring, materials, options, bytesDone, cancellationToken).ConfigureAwait(false);
        }

        MessageHeader header = HeaderSource.Read(source, options.Limits);
        if (header.ContentType == ContentType.NonFramed)
        {
            return await InMemoryAsync(source, length, destination, keyring, materials, options, bytesDone, cancellationToken).ConfigureAwait(false);
        }

        if (header.Suite.IsSigned)
        {
            // A signature covers the message from its start to its end, and what it does not cover is not to be had.
            await _reader.ReadAsync(source, null, keyring, options, null, cancellationToken).ConfigureAwait(false);
        }

        return await FrameToFrameAsync(source, length, destination, header, keyring, materials, options, bytesDone, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Re-encrypts a message that comes and goes as a stream, in memory that does not grow with it. The last frame of the new message is given out only when the
    /// old one was verified to its end: what is whole is verified, and what is not whole <b>the caller throws away</b>.
    /// </summary>
    /// <param name="open">Gives the message from its start: once, and a second time where its length is known only when it was read to its end.</param>
    /// <param name="messageLength">The old message's length in bytes.</param>
    /// <param name="keyring">Is asked for the old data key.</param>
    /// <param name="materials">Makes what the new message is written with; asked once the old header is authenticated.</param>
    /// <param name="put">Takes the new message: its length in bytes, and what writes it, exactly so long, to be called once.</param>
    /// <param name="options">What to accept of the old message, and on how many threads.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <returns>Both messages.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="MessageReader"/> says, and what the caller's functions throw.</exception>
    public async Task<ReencryptedMessage> ReencryptAsync(
        Func<CancellationToken, ValueTask<Stream>> open,
        long messageLength,
        IKeyring keyring,
        Func<MessageHeader, ValueTask<MessageMaterials>> materials,
        Func<long, Func<Stream, CancellationToken, Task>, Task> put,
        MessageReaderOptions options,
        CancellationToken cancellationToken)
    {
        Stream source = await open(cancellationToken).ConfigureAwait(false);
        MessageHeader header = await HeaderSource.ReadAsync(source, options.Limits, cancellationToken).ConfigureAwait(false);
        if (BodyLength.OfPlaintext(header, messageLength) is not { } length)
        {
            // How long a signature is, is not known before it has come.
            ReadMessage read = await _reader.ReadBodyAsync(
                header, source, _ => ValueTask.FromResult<Stream?>(null), keyring, options, null, cancellationToken).ConfigureAwait(false);
            length = read.PlaintextLength;
            source = await open(cancellationToken).ConfigureAwait(false);
            header = await HeaderSource.ReadAsync(source, options.Limits, cancellationToken).ConfigureAwait(false);
        }

        return await new ResealedStream(_reader, _writer, source, header, length).ReencryptAsync(keyring, materials, put, options, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ReencryptedMessage> FrameToFrameAsync(
        SafeFileHandle source,
        long length,
        SafeFileHandle destination,
        MessageHeader header,
        IKeyring keyring,
        Func<MessageHeader, ValueTask<MessageMaterials>> materials,
        MessageReaderOptions options,
        IProgress<long>? bytesDone,
        CancellationToken cancellationToken)
    {
        var reader = new FileMessageReader(source, length, header, options, bytesDone);
        var aeads = new IAead[reader.Parallelism];
        using MessageSignature? verified = await _reader.OpenHeaderAsync(header, keyring, options, aeads, cancellationToken).ConfigureAwait(false);
        ResealedFile? resealed = null;
        try
        {
            using MessageMaterials made = await materials(header).ConfigureAwait(false);
            resealed = new ResealedFile(destination, made, header.FrameLength, _aeadFactory, aeads.Length);
        }
        finally
        {
            if (resealed is null)
            {
                AeadSet.Dispose(aeads);
            }
        }

        using (resealed)
        {
            ReadMessage read = await reader.ReadAsync(aeads, resealed, onCallersThread: true, cancellationToken).ConfigureAwait(false);
            return new ReencryptedMessage(read, resealed.Written(read.PlaintextLength));
        }
    }

    private async Task<ReencryptedMessage> InMemoryAsync(
        SafeFileHandle source,
        long length,
        SafeFileHandle destination,
        IKeyring keyring,
        Func<MessageHeader, ValueTask<MessageMaterials>> materials,
        MessageReaderOptions options,
        IProgress<long>? bytesDone,
        CancellationToken cancellationToken)
    {
        using var message = new FrameBuffer((int)Math.Min(length, NonFramedBody.LengthBeyond(options.Limits)));
        int read = RegularFile.Read(source, message.Span, 0);
        OpenedValue opened = await _reader.ReadValueAsync(message.Memory[..read], keyring, options, cancellationToken).ConfigureAwait(false);
        try
        {
            int frameLength = opened.Header.FrameLength == 0 ? MessageWriterOptions.DefaultFrameLength : opened.Header.FrameLength;
            using MessageMaterials made = await materials(opened.Header).ConfigureAwait(false);
            using var written = new FrameBuffer(checked((int)MessageWriter.Measure(opened.Plaintext.Length, made, frameLength)));
            _writer.Write(opened.Plaintext, written.Span, made, frameLength);
            RandomAccess.Write(destination, written.Span, 0);
            bytesDone?.Report(opened.Plaintext.Length);
            return new ReencryptedMessage(
                new ReadMessage(opened.Header, opened.Plaintext.Length, read),
                new WrittenMessage(
                    written.Span.Slice(HeaderWriter.MessageIdOffset, HeaderWriter.MessageIdLength).ToArray(), opened.Plaintext.Length, written.Length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(opened.Plaintext);
        }
    }
}

/// <summary>A message, and the one that holds the same.</summary>
/// <param name="Old">The message that was read, verified to its last byte.</param>
/// <param name="New">The message that was written.</param>
internal sealed record ReencryptedMessage(ReadMessage Old, WrittenMessage New);
