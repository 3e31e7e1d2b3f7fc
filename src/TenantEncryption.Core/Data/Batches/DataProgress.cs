using TenantEncryption.Data.Batches;

namespace TenantEncryption.Data;

/// <summary>How far a command on files is.</summary>
public readonly record struct DataProgress
{
    private readonly FileProgress? _files;

    internal DataProgress(FileProgress files, int filesDone, long bytesDone, string current) =>
        (_files, FilesDone, BytesDone, Current) = (files, filesDone, bytesDone, current);

    /// <summary>Files that are done, or failed.</summary>
    public int FilesDone { get; }

    /// <summary>All files of the command.</summary>
    public int FilesTotal => _files?.FilesTotal ?? 0;

    /// <summary>Bytes of plaintext that are done.</summary>
    public long BytesDone { get; }

    /// <summary>The length of all inputs. It is found out when first asked for, by a look at each file that is not done yet.</summary>
    public long BytesTotal => _files?.BytesTotal ?? 0;

    /// <summary>The file under way.</summary>
    public string Current { get; }
}
