namespace TenantEncryption.Telemetry;

/// <summary>What is protected and read, as the tag says it.</summary>
internal static class DataKind
{
    /// <summary>Files, which are catalogued.</summary>
    public const string File = "file";

    /// <summary>Values in memory.</summary>
    public const string Value = "value";

    /// <summary>Streams.</summary>
    public const string Stream = "stream";
}
