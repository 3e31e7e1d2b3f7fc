using System.Text.Json;

namespace TenantEncryption.LocalKms.Protocol;

/// <summary>How AWS JSON 1.1 writes values that JSON has no type for.</summary>
internal static class AnswerFormat
{
    /// <summary>A time as seconds since 1970 with three decimals.</summary>
    public static void WriteTimestamp(this Utf8JsonWriter answer, string member, DateTimeOffset time) =>
        answer.WriteNumber(member, decimal.Round(time.ToUnixTimeMilliseconds() / 1000m, 3));
}
