namespace TenantEncryption.Files;

/// <summary>Files that only their owner may read, written whole or not at all, and durable when it is said that they are written.</summary>
internal static class OwnerFile
{
    /// <summary>What the owner alone may do with such a file.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file.</summary>
    /// <param name="effects">The file system.</param>
    /// <param name="path">Its path.</param>
    /// <param name="content">Its content.</param>
    /// <param name="replace">Whether to take the place of what is there.</param>
    /// <exception cref="IOException">It can't be written, or something is there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(IFileEffects effects, string path, ReadOnlySpan<byte> content, bool replace)
    {
        string temporary = path + "." + Keys.Identifiers.New("tmp-");
        try
        {
            WriteDurably(temporary, content);
            effects.Rename(temporary, path, replace);

            // Without it a power loss could leave the file without its name.
            effects.FlushFolder(Path.GetDirectoryName(path)!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _ = FileFailure.Catch(temporary, "removed", () => effects.Delete(temporary));
            throw;
        }
    }

    private static void WriteDurably(string path, ReadOnlySpan<byte> content)
    {
        // The content may be a key: it must not be left in a buffer.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Mode;
        }

        using var stream = new FileStream(path, options);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }
}
