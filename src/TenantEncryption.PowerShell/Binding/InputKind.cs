namespace TenantEncryption.PowerShell.Hosting;

/// <summary>What a piped object is to the data cmdlets.</summary>
internal enum InputKind
{
    /// <summary>A value: text.</summary>
    Text,

    /// <summary>A value: a SecureString.</summary>
    Secret,

    /// <summary>A value: bytes.</summary>
    Bytes,

    /// <summary>A file or folder.</summary>
    File,
}
