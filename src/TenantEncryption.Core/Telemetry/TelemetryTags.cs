using TenantEncryption.Errors;

namespace TenantEncryption.Telemetry;

/// <summary>
/// The names of tags. Where OpenTelemetry's semantic conventions have one (<c>error.type</c>, <c>cloud.region</c>) it is theirs; the others begin with
/// this software's name, as the conventions ask.
/// </summary>
internal static class TelemetryTags
{
    /// <summary>What was done: <c>protect</c> or <c>unprotect</c>.</summary>
    public const string Operation = "tenantencryption.operation";

    /// <summary>What it was done to: <c>file</c>, <c>value</c> or <c>stream</c>.</summary>
    public const string Kind = "tenantencryption.kind";

    /// <summary>The code of an error, as docs/errors.md has them; <c>_OTHER</c> for one that is not this software's.</summary>
    public const string Error = "error.type";

    /// <summary>The operation of AWS KMS, as CloudTrail names it.</summary>
    public const string KmsOperation = "tenantencryption.kms.operation";

    /// <summary><c>SUCCESS</c>, or the code of the failure.</summary>
    public const string Outcome = "tenantencryption.outcome";

    /// <summary>The AWS region that was asked.</summary>
    public const string Region = "cloud.region";

    /// <summary>The region that gave no answer.</summary>
    public const string FromRegion = "tenantencryption.region.from";

    /// <summary>The region that took its place.</summary>
    public const string ToRegion = "tenantencryption.region.to";

    /// <summary>The type of the key provider: <c>Internal</c> or <c>AwsKms</c>.</summary>
    public const string ProviderType = "tenantencryption.provider.type";

    /// <summary>The tenant's id; on activities alone.</summary>
    public const string TenantId = "tenantencryption.tenant.id";

    /// <summary>How many messages; on activities alone.</summary>
    public const string Messages = "tenantencryption.messages";

    /// <summary>Bytes of plaintext; on activities alone.</summary>
    public const string Bytes = "tenantencryption.bytes";

    /// <summary>The migration's id; on activities alone.</summary>
    public const string MigrationId = "tenantencryption.migration.id";

    /// <summary>What the migration moves: <c>RewrapKek</c> or <c>Reencrypt</c>; on activities alone.</summary>
    public const string MigrationMode = "tenantencryption.migration.mode";

    /// <summary>The migration's state when the work on it ended; on activities alone.</summary>
    public const string MigrationState = "tenantencryption.migration.state";

    /// <summary>What conventions say for an error that has no code.</summary>
    public const string OtherError = "_OTHER";

    /// <summary>The code of an error, and never its text.</summary>
    /// <param name="error">What was thrown.</param>
    public static string CodeOf(Exception error) => error switch
    {
        TenantEncryptionException known => known.Code,
        OperationCanceledException => ErrorCodes.Cancelled,
        _ => OtherError,
    };
}
