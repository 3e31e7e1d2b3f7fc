namespace TenantEncryption.Data;

/// <summary>How far a command on files is.</summary>
/// <param name="FilesDone">Files that are done, or failed.</param>
/// <param name="FilesTotal">All files of the command.</param>
/// <param name="BytesDone">Bytes of plaintext that are done.</param>
/// <param name="BytesTotal">The length of all inputs.</param>
/// <param name="Current">The file under way.</param>
public readonly record struct DataProgress(int FilesDone, int FilesTotal, long BytesDone, long BytesTotal, string Current);
