namespace TenantEncryption.Files;

/// <summary>What was at an output's name when the command began.</summary>
internal enum ExistingEntry
{
    /// <summary>Nothing, or the folder can't be listed.</summary>
    None,

    /// <summary>A file, or a link.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A pipe, a socket or a device.</summary>
    Special,
}
