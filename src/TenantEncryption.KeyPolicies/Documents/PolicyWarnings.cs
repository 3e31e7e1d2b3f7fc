using TenantEncryption.Platforms;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Documents;

/// <summary>What is worth a warning before a platform's policy is used.</summary>
internal static class PolicyWarnings
{
    /// <summary>All of it, for tenants who are given.</summary>
    public static IEnumerable<string> Of(PlatformProfile platform, PolicyValues values) =>
        [.. OfSharing(platform, values.TenantIds), .. OfStatements(platform, values)];

    /// <summary>That tenants share the key.</summary>
    public static IEnumerable<string> OfSharing(PlatformProfile platform, IEnumerable<string> tenantIds)
    {
        int count = tenantIds.Distinct(StringComparer.Ordinal).Count();
        if (count > 1)
        {
            yield return $"{count} tenants share the key, which is not best practice: one key for each tenant is."
                + (platform.SeparateOrganizations ? $" On {platform.Name} end-user organisations must each have a key of their own." : "");
        }
    }

    /// <summary>That statements are missing or could not be put.</summary>
    public static IEnumerable<string> OfStatements(PlatformProfile platform, PolicyValues values)
    {
        if (values is { Key: null, MultiRegion: null } && platform.Statements.FirstOrDefault(one => one.When == StatementCondition.MultiRegion) is { } more)
        {
            yield return $"For a multi-Region key, {platform.Name} also needs the statement '{more.Sid}': give the key's ARN to have it.";
        }

        // What a vendor shows as an example may be no account; KMS would refuse it.
        foreach (RenderedStatement statement in PlatformStatements.Render(platform, values))
        {
            if (Fault(statement) is { } fault)
            {
                yield return $"KMS would refuse the statement '{statement.Sid}' as it is: {fault}";
            }
        }
    }

    private static string? Fault(RenderedStatement statement)
    {
        try
        {
            PolicyStatement.Read(statement.Statement);
            return null;
        }
        catch (TenantEncryptionException exception)
        {
            return exception.Detail;
        }
    }
}
