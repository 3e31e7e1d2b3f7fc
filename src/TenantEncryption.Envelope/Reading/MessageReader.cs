using Microsoft.Win32.SafeHandles;
using TenantEncryption.Keys;

namespace TenantEncryption.Envelope;

/// <summary>
/// Reads messages of versions 1 and 2 and all eleven algorithm suites, framed and not framed, signed or not. Thread-safe.
/// <para>Every method that asks a keyring fails with</para>
/// <list type="bullet">
/// <item>NOT_A_MESSAGE, MESSAGE_TRUNCATED, LIMIT_EXCEEDED, NON_FRAMED_TOO_LARGE: what the bytes are;</item>
/// <item>NOT_COMMITTING, CONTEXT_MISMATCH, WRONG_KEY: what the caller allows and gives;</item>
/// <item>COMMITMENT_MISMATCH, MESSAGE_ALTERED, FRAME_ORDER: what does not verify.</item>
/// </list>
/// </summary>
public sealed class MessageReader
{
    private readonly IAeadFactory _aeadFactory;

    /// <summary>Makes a reader.</summary>
    public MessageReader()
        : this(null)
    {
    }

    /// <summary>Makes a reader with another AEAD than the platform's AES-GCM.</summary>
    internal MessageReader(IAeadFactory? aeadFactory) => _aeadFactory = aeadFactory ?? AesGcmFactory.Instance;

    /// <summary>Parses a header that is <b>not authenticated</b>: what it says, anyone could have written.</summary>
    /// <param name="message">The message, or its start.</param>
    /// <param name="limits">What to accept; <see langword="null"/> for the default.</param>
    /// <returns>The header. It keeps no reference to the message.</returns>
    /// <exception cref="TenantEncryptionException">NOT_A_MESSAGE, MESSAGE_TRUNCATED, MESSAGE_ALTERED or LIMIT_EXCEEDED.</exception>
    public static MessageHeader ReadHeader(ReadOnlySpan<byte> message, MessageLimits? limits = null) =>
        HeaderSource.Read(message, limits ?? MessageLimits.Default);

    /// <summary>Parses the header of a file. It is <b>not authenticated</b>: what it says, anyone could have written.</summary>
    /// <param name="source">The message.</param>
    /// <param name="limits">What to accept; <see langword="null"/> for the default.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The header.</returns>
    /// <exception cref="TenantEncryptionException">NOT_A_MESSAGE, MESSAGE_TRUNCATED, MESSAGE_ALTERED or LIMIT_EXCEEDED.</exception>
    public static Task<MessageHeader> ReadHeaderAsync(
        SafeFileHandle source, MessageLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        cancellationToken.ThrowIfCancellationRequested();
        return RegularFile.TryGetSourceLength(source, out _)
            ? Task.FromResult(HeaderSource.Read(source, limits ?? MessageLimits.Default))
            : ReadHeaderAsync(RegularFile.AsStream(source, FileAccess.Read), limits, cancellationToken);
    }

    /// <summary>Whether a regular file begins with a whole header. Of one that does not, the first bytes tell nearly always.</summary>
    internal static bool BeginsMessage(SafeFileHandle source)
    {
        try
        {
            return HeaderSource.MayBegin(source) && HeaderSource.Read(source, MessageLimits.OfHeader) is not null;
        }
        catch (TenantEncryptionException)
        {
            return false;
        }
    }

    /// <summary>Whether the content of a file begins with a whole header.</summary>
    internal static bool BeginsMessage(ReadOnlySpan<byte> content)
    {
        try
        {
            return HeaderParser.MayBegin(content) && HeaderSource.Read(content, MessageLimits.OfHeader) is not null;
        }
        catch (TenantEncryptionException)
        {
            return false;
        }
    }

    /// <summary>
    /// Parses the header of a stream, and leaves the stream where the body starts. The header is <b>not authenticated</b>: what it says,
    /// anyone could have written.
    /// </summary>
    /// <param name="source">The message.</param>
    /// <param name="limits">What to accept; <see langword="null"/> for the default.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The header.</returns>
    /// <exception cref="TenantEncryptionException">NOT_A_MESSAGE, MESSAGE_TRUNCATED, MESSAGE_ALTERED or LIMIT_EXCEEDED.</exception>
    public static Task<MessageHeader> ReadHeaderAsync(
        Stream source, MessageLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return HeaderSource.ReadAsync(source, limits ?? MessageLimits.Default, cancellationToken);
    }

    /// <summary>Verifies a parsed header: data key, commitment and tag. The body is not looked at.</summary>
    /// <param name="header">What <c>ReadHeaderAsync</c> returned.</param>
    /// <param name="keyring">Is asked for the data key.</param>
    /// <param name="options">What to accept; <see langword="null"/> for the default.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The same header, now authenticated.</returns>
    /// <exception cref="TenantEncryptionException">As the class says.</exception>
    public async ValueTask<MessageHeader> AuthenticateHeaderAsync(
        MessageHeader header,
        IKeyring keyring,
        MessageReaderOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(header);
        var aeads = new IAead[1];
        using MessageSignature? signature = await OpenHeaderAsync(
            header, keyring, options ?? MessageReaderOptions.Default, aeads, cancellationToken).ConfigureAwait(false);
        AeadSet.Dispose(aeads);
        return header;
    }

    /// <summary>Opens a message in memory, on the calling thread; asynchronous only where the keyring is.</summary>
    /// <param name="message">The whole message. Nobody changes it meanwhile.</param>
    /// <param name="keyring">Is asked for the data key.</param>
    /// <param name="options">What to accept; <see langword="null"/> for the default.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The plaintext, after the message was verified to its last byte.</returns>
    /// <exception cref="TenantEncryptionException">As the class says.</exception>
    public async ValueTask<OpenedValue> ReadValueAsync(
        ReadOnlyMemory<byte> message,
        IKeyring keyring,
        MessageReaderOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= MessageReaderOptions.Default;
        MessageHeader header = ReadHeader(message.Span, options.Limits);
        HeaderOpener opener = await CheckAsync(header, keyring, options).ConfigureAwait(false);
        using MessageSignature? signature = MessageSignature.Start(header);
        using SecretBytes dataKey = await opener.UnwrapAsync(keyring, cancellationToken).ConfigureAwait(false);
        if (options.BeforeFrames is not null)
        {
            await options.BeforeFrames(cancellationToken).ConfigureAwait(false);
        }

        IAead aead = null!;
        opener.Authenticate(dataKey.Span, _aeadFactory, new Span<IAead>(ref aead));
        using (aead)
        {
            return new OpenedValue(header, ValueBody.Open(message.Span, header, aead, signature, options.Limits));
        }
    }

    /// <summary>
    /// Reads a message file into a file. Regular files are read and written at positions, by several threads at once; others (pipes,
    /// devices) and signed messages as streams. On any exception, and until the task ends, <b>the destination holds parts of a message
    /// that is not verified to its end</b>: the caller gives a temporary file, and deletes it when this throws.
    /// </summary>
    /// <param name="source">The message, from the start of the file.</param>
    /// <param name="destination">An empty file that receives the plaintext; <see langword="null"/> to verify only.</param>
    /// <param name="keyring">Is asked for the data key.</param>
    /// <param name="options">What to accept; <see langword="null"/> for the default.</param>
    /// <param name="bytesDone">Is told how many bytes of plaintext are done, from any thread.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <returns>The header, authenticated, and the lengths.</returns>
    /// <exception cref="TenantEncryptionException">As the class says.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    public async Task<ReadMessage> ReadAsync(
        SafeFileHandle source,
        SafeFileHandle? destination,
        IKeyring keyring,
        MessageReaderOptions? options = null,
        IProgress<long>? bytesDone = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= MessageReaderOptions.Default;
        if (RegularFile.TryGetSourceLength(source, out long length)
            && (destination is null || RegularFile.TryGetLength(destination, out _)))
        {
            MessageHeader header = HeaderSource.Read(source, options.Limits);
            if (header.ContentType == ContentType.Framed && !header.Suite.IsSigned)
            {
                var reader = new FileMessageReader(source, length, header, options, bytesDone);
                var aeads = new IAead[reader.Parallelism];
                using MessageSignature? none = await OpenHeaderAsync(header, keyring, options, aeads, cancellationToken).ConfigureAwait(false);
                return await reader.ReadAsync(
                    aeads, destination is null ? null : new PlaintextFile(destination, header.FrameLength), onCallersThread: false, cancellationToken).ConfigureAwait(false);
            }
        }

        // The streams borrow the handles: not disposed, they leave them open.
        return await ReadFrameByFrameAsync(
            RegularFile.AsStream(source, FileAccess.Read),
            destination is null ? null : RegularFile.AsStream(destination, FileAccess.Write),
            keyring,
            options,
            bytesDone,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Reads a message stream into a stream, to the end of the source; neither needs to be seekable, neither is closed. Each frame is
    /// <b>handed out as soon as it is verified itself, before the frames after it are</b>; the last one (or, without frames, all) only
    /// when signature and end are verified, too. When this throws, the caller undoes what it did with the plaintext it got.
    /// </summary>
    /// <param name="source">The message.</param>
    /// <param name="destination">Receives the plaintext; <see langword="null"/> to verify only.</param>
    /// <param name="keyring">Is asked for the data key.</param>
    /// <param name="options">What to accept; <see langword="null"/> for the default.</param>
    /// <param name="bytesDone">Is told how many bytes of plaintext are done, from any thread.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <returns>The header, authenticated, and the lengths.</returns>
    /// <exception cref="TenantEncryptionException">As the class says.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    public async Task<ReadMessage> ReadFrameByFrameAsync(
        Stream source,
        Stream? destination,
        IKeyring keyring,
        MessageReaderOptions? options = null,
        IProgress<long>? bytesDone = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= MessageReaderOptions.Default;
        MessageHeader header = await HeaderSource.ReadAsync(source, options.Limits, cancellationToken).ConfigureAwait(false);
        return await ReadBodyAsync(header, source, _ => ValueTask.FromResult(destination), keyring, options, bytesDone, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a message whose header was parsed, as <see cref="ReadFrameByFrameAsync"/> does.</summary>
    /// <param name="header">The header.</param>
    /// <param name="source">The message, from its body on.</param>
    /// <param name="destination">Gives what receives the plaintext, once the header is authenticated; <see langword="null"/> to verify only.</param>
    /// <param name="keyring">Is asked for the data key.</param>
    /// <param name="options">What to accept.</param>
    /// <param name="bytesDone">Is told how many bytes of plaintext are done.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <returns>The header, authenticated, and the lengths.</returns>
    internal async Task<ReadMessage> ReadBodyAsync(
        MessageHeader header,
        Stream source,
        Func<MessageHeader, ValueTask<Stream?>> destination,
        IKeyring keyring,
        MessageReaderOptions options,
        IProgress<long>? bytesDone,
        CancellationToken cancellationToken)
    {
        bool isFramed = header.ContentType == ContentType.Framed;
        var aeads = new IAead[isFramed ? FramePipeline.SlotCount(options.DegreeOfParallelism, header.FrameLength) : 1];
        using MessageSignature? signature = await OpenHeaderAsync(header, keyring, options, aeads, cancellationToken).ConfigureAwait(false);
        try
        {
            var reader = new StreamMessageReader(source, await destination(header).ConfigureAwait(false), header, signature, options, bytesDone);
            return isFramed
                ? await reader.ReadFramedAsync(aeads, cancellationToken).ConfigureAwait(false)
                : await reader.ReadNonFramedAsync(aeads[0], cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            AeadSet.Dispose(aeads);
        }
    }

    /// <summary>Authenticates a header.</summary>
    /// <param name="header">The header.</param>
    /// <param name="keyring">Is asked for the data key.</param>
    /// <param name="options">What to accept.</param>
    /// <param name="aeads">Receives AEAD objects under the derived key, one for each thread; none when this throws.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The signature to verify, or <see langword="null"/> for a suite without one.</returns>
    internal async ValueTask<MessageSignature?> OpenHeaderAsync(
        MessageHeader header, IKeyring keyring, MessageReaderOptions options, IAead[] aeads, CancellationToken cancellationToken)
    {
        HeaderOpener opener = await CheckAsync(header, keyring, options).ConfigureAwait(false);
        MessageSignature? signature = MessageSignature.Start(header);
        try
        {
            using SecretBytes dataKey = await opener.UnwrapAsync(keyring, cancellationToken).ConfigureAwait(false);
            opener.Authenticate(dataKey.Span, _aeadFactory, aeads);
            return signature;
        }
        catch
        {
            signature?.Dispose();
            throw;
        }
    }

    private static async ValueTask<HeaderOpener> CheckAsync(MessageHeader header, IKeyring keyring, MessageReaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(keyring);
        if (options.OnHeader is not null)
        {
            await options.OnHeader(header).ConfigureAwait(false);
        }

        return HeaderOpener.Check(header, options);
    }
}
