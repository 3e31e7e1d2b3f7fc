using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Files;

namespace TenantEncryption.Anchors;

/// <summary>A file of anchors, a line each, that is only ever appended to. Its owner alone may read it; several processes may append.</summary>
internal static class AnchorFile
{
    private static readonly byte[] Beginning = Encoding.UTF8.GetBytes("{\"storeId\":\"");

    // A line has some 330 bytes.
    private const int LongestLine = 4096;

    /// <summary>Appends anchors that follow the file's last one.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="next">Given the file's last anchor, or <see langword="null"/> of a file without one: those to append, in their order.</param>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it is another kind of file; <c>STORAGE_FAILED</c>.</exception>
    public static async Task AppendAsync(string path, Func<Anchor?, Task<IReadOnlyList<Anchor>>> next)
    {
        FileStream file = FileFailure.Translate(path, "written", () => FileInUse.Wait(() => Open(path)));
        await using var _ = file.ConfigureAwait(false);
        (Anchor? last, long end) = FileFailure.Translate(path, "read", () => ReadLast(file, path));
        IReadOnlyList<Anchor> anchors = await next(last).ConfigureAwait(false);
        FileFailure.Translate(path, "written", () =>
        {
            Append(file, end, anchors);
            return true;
        });
    }

    /// <summary>The file's text.</summary>
    public static string ReadText(string path)
    {
        // Who appends meanwhile is waited for.
        using FileStream file = FileInUse.Wait(() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read));
        using var text = new StreamReader(file);
        return text.ReadToEnd();
    }

    private static FileStream Open(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerFile.Mode;
        }

        return new FileStream(path, options);
    }

    private static (Anchor? Last, long End) ReadLast(FileStream file, string path)
    {
        long from = Math.Max(0, file.Length - (2 * LongestLine));
        var tail = new byte[file.Length - from];
        file.Position = from;
        file.ReadExactly(tail);
        int end = tail.AsSpan().LastIndexOf((byte)'\n') + 1;
        string[] lines = Encoding.UTF8.GetString(tail, 0, end).TrimEnd('\n').Split('\n');

        // What a process that died left of a line has no end, and is written over.
        return file.Length == 0 || (end == 0 && from == 0 && tail.AsSpan().StartsWith(Beginning)) ? (null, 0)
            : end > 0 && AnchorText.TryRead(lines[^1].TrimEnd('\r'), out Anchor? last) ? (last, from + end)
            : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{path}' is no file of anchors; nothing was written to it.");
    }

    private static void Append(FileStream file, long end, IReadOnlyList<Anchor> anchors)
    {
        if (anchors.Count == 0)
        {
            return;
        }

        file.SetLength(end);
        file.Position = end;
        file.Write(Encoding.UTF8.GetBytes(string.Concat(anchors.Select(anchor => AnchorText.Write(anchor) + "\n"))));
        file.Flush(flushToDisk: true);
    }
}
