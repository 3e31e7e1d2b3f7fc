namespace TenantEncryption.Files;

/// <summary>What an entry of a folder is.</summary>
internal enum EntryKind
{
    /// <summary>It can't be told; whoever opens it learns why.</summary>
    Unknown,

    /// <summary>A file with content of its own.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link, or on Windows a junction.</summary>
    Link,

    /// <summary>A pipe (FIFO): who opens one waits for who writes to it.</summary>
    Pipe,

    /// <summary>A socket.</summary>
    Socket,

    /// <summary>A device, which opening alone may set to work.</summary>
    Device,
}
