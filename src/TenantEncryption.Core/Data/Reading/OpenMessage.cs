using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;
using TenantEncryption.Files;
using TenantEncryption.Spaces;

namespace TenantEncryption.Data.Reading;

/// <summary>A message that is open to be read: a file, or an object as it comes. Disposing it closes it.</summary>
internal sealed class OpenMessage : IAsyncDisposable
{
    private readonly SafeFileHandle? _file;
    private readonly ObjectContent? _object;

    /// <summary>Takes a file over.</summary>
    public OpenMessage(SafeFileHandle file)
    {
        _file = file;
        Length = RegularFile.LengthOrZero(file);
        Mark = new MessageMark(FileMark.Of(file), null);
    }

    /// <summary>Takes an object over.</summary>
    public OpenMessage(ObjectContent content)
    {
        _object = content;
        Length = content.State.Length;
        Mark = new MessageMark(null, content.State.ETag);
    }

    /// <summary>Its length in bytes; 0 where that is not known.</summary>
    public long Length { get; }

    /// <summary>Which message it is.</summary>
    public MessageMark Mark { get; }

    /// <summary>Reads it.</summary>
    /// <param name="reader">Reads.</param>
    /// <param name="destination">Receives the plaintext; <see langword="null"/> to verify only.</param>
    /// <param name="keyring">Is asked for the data key.</param>
    /// <param name="options">What to accept.</param>
    /// <param name="progress">Is told of bytes.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <returns>What was read.</returns>
    public Task<ReadMessage> ReadAsync(
        MessageReader reader, SafeFileHandle? destination, IKeyring keyring, MessageReaderOptions options, IProgress<long>? progress, CancellationToken cancellationToken) =>
        _file is not null
            ? reader.ReadAsync(_file, destination, keyring, options, progress, cancellationToken)
            : reader.ReadFrameByFrameAsync(
                _object!.Stream, destination is null ? null : RegularFile.AsStream(destination, FileAccess.Write), keyring, options, progress, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _file?.Dispose();
        return _object?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
