namespace TenantEncryption.Telemetry;

/// <summary>
/// What OpenTelemetry, or any other listener, is told to listen to: <c>AddMeter(TenantEncryptionTelemetry.MeterName)</c> and
/// <c>AddSource(TenantEncryptionTelemetry.ActivitySourceName)</c>. The instruments, their units and tags are listed in docs/dotnet.md.
/// <para>
/// No tag holds a key, a plaintext, a value of an encryption context, a path or the text of an error: errors are told by their codes. A tenant's id is a tag
/// of activities alone. It is no secret, as it stands readable in each message and in CloudTrail; but there are as many as there are tenants, and a metric
/// keeps a series for each value of a tag.
/// </para>
/// </summary>
public static class TenantEncryptionTelemetry
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "TenantEncryption";

    /// <summary>The name of the source of activities.</summary>
    public const string ActivitySourceName = "TenantEncryption";
}
