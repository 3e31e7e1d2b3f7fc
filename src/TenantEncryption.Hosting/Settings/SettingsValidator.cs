using Microsoft.Extensions.Options;
using TenantEncryption.Kms;
using TenantEncryption.Spaces;

namespace TenantEncryption.Hosting;

/// <summary>Refuses settings by which no service could be opened, all faults at once, before anything is opened.</summary>
internal sealed class SettingsValidator : IValidateOptions<TenantEncryptionSettings>
{
    // A number without its unit counts days where configuration is read. No tenant's lease is longer than an hour, so no process has a use for one that is.
    private static readonly TimeSpan LongestLease = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestLease = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLimit = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, TenantEncryptionSettings options)
    {
        string[] faults = [.. FaultsOf(options)];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> FaultsOf(TenantEncryptionSettings settings)
    {
        if (string.IsNullOrWhiteSpace(settings.StorePath) == settings.Store is null)
        {
            yield return "TenantEncryption: give StorePath, the folder of the store, or Store in code, and not both.";
        }

        if (settings.StoreBusyTimeout < TimeSpan.Zero)
        {
            yield return "TenantEncryption: StoreBusyTimeout is negative.";
        }

        if (settings.KeyLease is { } lease && lease != TimeSpan.Zero && (lease < ShortestLease || lease > LongestLease))
        {
            yield return "TenantEncryption: KeyLease is 00:00:00, or from 00:00:01 to 01:00:00.";
        }

        if (new[] { settings.RootKeyFolder is not null, settings.RootKeyArn is not null, settings.RootKeyVault is not null }.Count(given => given) > 1)
        {
            yield return "TenantEncryption: give RootKeyFolder, RootKeyArn, or RootKeyVault in code, and no two of them. The heads of the event log have LogHeadFolder.";
        }

        if (settings.RootKeyArn is { } arn && FaultOfArn(arn) is { } fault)
        {
            yield return $"TenantEncryption: RootKeyArn is not the ARN of a KMS key: {fault}.";
        }

        foreach (string one in FaultsOf(settings.Anchors))
        {
            yield return one;
        }

        if (settings.Anchors is { Enabled: true, Bucket: not null } && settings.ObjectStore is null)
        {
            yield return "TenantEncryption: Anchors:Bucket needs ObjectStore in code (TenantEncryption.S3: S3ObjectStore).";
        }

        if (settings.Kms.MaxAttempts is < 1 or > 10)
        {
            yield return "TenantEncryption: Kms:MaxAttempts is from 1 to 10.";
        }

        if (new[] { settings.Kms.ConnectTimeout, settings.Kms.AttemptTimeout, settings.Kms.Timeout }.Any(limit => limit <= TimeSpan.Zero || limit > LongestLimit))
        {
            yield return "TenantEncryption: time limits of Kms are more than zero, and an hour at most.";
        }
    }

    private static IEnumerable<string> FaultsOf(AnchorSettings anchors)
    {
        if (!anchors.Enabled)
        {
            yield break;
        }

        if (anchors.Interval < TimeSpan.FromSeconds(1) || anchors.Interval > TimeSpan.FromDays(1))
        {
            yield return "TenantEncryption: Anchors:Interval is from 00:00:01 to 1.00:00:00.";
        }

        if (anchors.RetentionMode is null != anchors.RetentionDays is null || anchors.RetentionDays is < 1 or > 36_500)
        {
            yield return "TenantEncryption: Anchors:RetentionMode and Anchors:RetentionDays, from 1 to 36500, are given both or not at all.";
        }

        if (anchors.Bucket is { } bucket && FaultOfBucket(bucket) is { } fault)
        {
            yield return $"TenantEncryption: Anchors:Bucket is no place in a bucket: {fault}";
        }

        if (anchors.KeyArn is { } arn && !KeyIdentifier.TryParse(arn, out _, out string? why))
        {
            yield return $"TenantEncryption: Anchors:KeyArn is not the ARN of a KMS key: {why}.";
        }

        if (anchors.MostBehind < 1)
        {
            yield return "TenantEncryption: Anchors:MostBehind is at least 1.";
        }
    }

    private static string? FaultOfBucket(string bucket)
    {
        try
        {
            ObjectAddress.Parse(bucket);
            return null;
        }
        catch (TenantEncryptionException exception)
        {
            return exception.Detail;
        }
    }

    private static string? FaultOfArn(string arn) =>
        !KeyIdentifier.TryParse(arn, out KeyIdentifier? key, out string? fault) ? fault
        : key.Form != KeyIdentifierForm.KeyArn ? "it is an alias, or lacks account and region"
        : null;
}
