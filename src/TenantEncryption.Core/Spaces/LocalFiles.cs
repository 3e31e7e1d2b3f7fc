using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Files;

namespace TenantEncryption.Spaces;

/// <summary>The files of one machine. A name is a full path, as <see cref="PathIdentity"/> spells it and compares it.</summary>
/// <param name="effects">How files are opened.</param>
/// <param name="machine">What tells this machine from the others that share a store; the host of a file URI (RFC 8089 §2).</param>
internal sealed class LocalFiles(IFileEffects effects, string machine = LocalFiles.OneMachine) : IObjectSpace
{
    /// <summary>The machine of a store that no other one shares: a copy of the store, moved with its files, still knows them.</summary>
    public const string OneMachine = "localhost";

    /// <inheritdoc/>
    public string Address { get; } = $"file://{machine}";

    /// <inheritdoc/>
    public string NameOf(string path) => path;

    /// <inheritdoc/>
    public string PathOf(string name) => name;

    /// <inheritdoc/>
    public string KeyOf(string name) => PathIdentity.KeyOf(name);

    /// <inheritdoc/>
    public string PrefixOf(string name)
    {
        string key = KeyOf(name);
        return Path.EndsInDirectorySeparator(key) ? key : key + Path.DirectorySeparatorChar;
    }

    /// <inheritdoc/>
    public ValueTask<bool?> ExistsAsync(string name, string version, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (EntryKinds.At(name, followLink: false) != EntryKind.Unknown)
        {
            return ValueTask.FromResult<bool?>(true);
        }

        try
        {
            File.GetAttributes(name);
            return ValueTask.FromResult<bool?>(true);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return ValueTask.FromResult<bool?>(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return ValueTask.FromResult<bool?>(null);
        }
    }

    /// <inheritdoc/>
    public string? FindEmptyAbove(string name)
    {
        try
        {
            for (string? folder = Path.GetDirectoryName(name); folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (Directory.Exists(folder))
                {
                    return effects.List(folder, _ => true).Any() ? null : folder;
                }
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What is in it can't be seen, as if nothing were.
            return Path.GetDirectoryName(name);
        }
    }

    /// <inheritdoc/>
    public async Task<bool?> HoldsAsync(string name, string messageId, CancellationToken cancellationToken)
    {
        try
        {
            using SafeFileHandle file = SourceFile.Open(effects, name, followLink: true);
            MessageHeader header = await MessageReader.ReadHeaderAsync(file, cancellationToken: cancellationToken).ConfigureAwait(false);
            return Convert.ToHexStringLower(header.MessageId.Span) == messageId;
        }
        catch (TenantEncryptionException exception)
        {
            return exception.Code == ErrorCodes.StorageFailed ? null : false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
