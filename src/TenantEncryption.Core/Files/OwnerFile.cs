using TenantEncryption.Errors;

namespace TenantEncryption.Files;

/// <summary>Files that only their owner may read, written whole or not at all, and durable when it is said that they are written.</summary>
internal static class OwnerFile
{
    /// <summary>What the owner alone may do with such a file.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Refuses a path at which something is.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="replace">Whether a file that is there may be replaced; a folder never is.</param>
    /// <param name="remedy">What to do, or <see langword="null"/> for what the code says.</param>
    /// <exception cref="TenantEncryptionException"><c>OUTPUT_EXISTS</c>.</exception>
    public static void RequireFree(string path, bool replace, string? remedy = null)
    {
        if (Directory.Exists(path) || (Path.Exists(path) && !replace))
        {
            throw new TenantEncryptionException(ErrorCodes.OutputExists, $"'{path}' is there already.", remedy: remedy);
        }
    }

    /// <summary>Writes a file.</summary>
    /// <param name="effects">The file system.</param>
    /// <param name="path">Its path.</param>
    /// <param name="content">Its content.</param>
    /// <param name="replace">Whether to take the place of what is there.</param>
    /// <exception cref="IOException">It can't be written, or something is there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(IFileEffects effects, string path, ReadOnlySpan<byte> content, bool replace)
    {
        string temporary = NewName(path);
        try
        {
            using (FileStream stream = Create(temporary))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            TakeName(effects, temporary, path, replace);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Remove(effects, temporary);
            throw;
        }
    }

    /// <summary>Writes a file of any length, as lines that end with a line feed.</summary>
    /// <param name="effects">The file system.</param>
    /// <param name="path">Its path.</param>
    /// <param name="write">Writes the content; nothing is there when it throws.</param>
    /// <param name="replace">Whether to take the place of what is there.</param>
    /// <returns>When it is written.</returns>
    /// <exception cref="IOException">It can't be written, or something is there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static async Task WriteAsync(IFileEffects effects, string path, Func<TextWriter, Task> write, bool replace)
    {
        string temporary = NewName(path);
        try
        {
            FileStream stream = Create(temporary);
            await using (stream.ConfigureAwait(false))
            {
                var text = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
                await using (text.ConfigureAwait(false))
                {
                    await write(text).ConfigureAwait(false);
                }

                stream.Flush(flushToDisk: true);
            }

            TakeName(effects, temporary, path, replace);
        }
        catch
        {
            Remove(effects, temporary);
            throw;
        }
    }

    private static string NewName(string path) => path + "." + Keys.Identifiers.New("tmp-");

    private static FileStream Create(string path)
    {
        // The content may be a key: it must not be left in a buffer.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Mode;
        }

        return new FileStream(path, options);
    }

    private static void TakeName(IFileEffects effects, string temporary, string path, bool replace)
    {
        effects.Rename(temporary, path, replace);

        // Without it a power loss could leave the file without its name.
        effects.FlushFolder(Path.GetDirectoryName(path)!);
    }

    private static void Remove(IFileEffects effects, string temporary) => _ = FileFailure.Catch(temporary, "removed", () => effects.Delete(temporary));
}
