namespace TenantEncryption.Data;

/// <summary>Lower-case hexadecimal, in which ids are shown.</summary>
internal static class Hex
{
    /// <summary>The text of bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes).ToLowerInvariant();
}
