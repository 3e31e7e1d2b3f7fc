using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;

namespace TenantEncryption.Providers.Validation;

/// <summary>The checks that need no call: what was registered, against the rules of the platform.</summary>
internal static class RegistrationChecks
{
    /// <summary>Makes the checks.</summary>
    public static void Add(KeyProviderCheckList checks, ValidationTarget target)
    {
        KeyIdentifier arn = KeyIdentifier.Parse(target.Provider.KeyArn!);
        AddIdentifier(checks, target, arn);
        AddRegion(checks, target, arn.Region!);
        if (target.Provider.Connection.EndpointUrl is { } endpoint)
        {
            checks.Warn("Endpoint", null, $"KMS is called at {endpoint}, not at AWS's own endpoint.", "Fine for tests and VPC endpoints; else remove KmsConnection.EndpointUrl.");
        }

        AddSharing(checks, target);
    }

    private static void AddIdentifier(KeyProviderCheckList checks, ValidationTarget target, KeyIdentifier arn)
    {
        PlatformProfile platform = target.Platform;
        KeyIdentifierForm form = KeyIdentifier.Parse(target.Provider.KeyIdentifier!).Form;
        checks.Expect(
            "Identifier",
            platform.IdentifierForms.Contains(form.ToString()),
            ErrorCodes.InvalidArn,
            $"The key was given as {form}: {target.Provider.KeyIdentifier}. {platform.Name} takes {string.Join(", ", platform.IdentifierForms)}.");
        checks.Expect(
            "Partition",
            platform.Partitions.Contains(arn.Partition!),
            ErrorCodes.WrongPartition,
            $"The key is in partition {arn.Partition}; {platform.Name} takes {string.Join(", ", platform.Partitions)}.");
    }

    private static void AddRegion(KeyProviderCheckList checks, ValidationTarget target, string region)
    {
        if (!target.Platform.Serves(region))
        {
            checks.Fail(
                "Region",
                ErrorCodes.WrongRegion,
                $"The key is in {region}; {target.Platform.Name} serves {string.Join(", ", target.Platform.Regions.Select(served => served.Name))}.",
                region);
        }
        else if (target.Tenant.Region is not { } own)
        {
            checks.Skip("Region", $"The tenant has no region to compare with {region}.", region);
        }
        else
        {
            checks.Expect("Region", region == own, ErrorCodes.WrongRegion, $"The key is in {region}, the tenant in {own}.", region);
        }
    }

    private static void AddSharing(KeyProviderCheckList checks, ValidationTarget target)
    {
        if (target.SharedWith.Count == 0)
        {
            return;
        }

        try
        {
            PlatformRules.RequireOneOrganization(target.Platform, [target.Tenant, .. target.SharedWith], target.Provider.KeyArn);
            checks.Warn(
                "Sharing",
                null,
                $"The key also serves the tenants {string.Join(", ", target.SharedWith)}.",
                "A key of its own for each tenant is best practice; a shared key's policy must list every tenant id.");
        }
        catch (TenantEncryptionException refusal)
        {
            checks.Fail("Sharing", refusal.Code, refusal.Detail);
        }
    }
}
