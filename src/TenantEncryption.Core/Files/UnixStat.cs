namespace TenantEncryption.Files;

/// <summary>What <c>statx(2)</c> says of a file.</summary>
/// <param name="Device">The device.</param>
/// <param name="Inode">The file's number there.</param>
/// <param name="Length">Bytes.</param>
/// <param name="WrittenAt">When its content was last written, in nanoseconds since 1970.</param>
/// <param name="Owner">The owner's number.</param>
/// <param name="Group">The group's number.</param>
/// <param name="Rights">Who may do what.</param>
internal sealed record UnixStat(ulong Device, ulong Inode, long Length, long WrittenAt, uint Owner, uint Group, UnixFileMode Rights);
