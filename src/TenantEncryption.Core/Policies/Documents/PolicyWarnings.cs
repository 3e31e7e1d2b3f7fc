using TenantEncryption.Platforms;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Documents;

/// <summary>What is worth a warning before a platform's policy is used.</summary>
internal static class PolicyWarnings
{
    public static IEnumerable<string> Of(PlatformProfile platform, PolicyValues values)
    {
        string[] tenants = [.. values.TenantIds.Distinct(StringComparer.Ordinal)];
        if (tenants.Length > 1)
        {
            yield return $"{tenants.Length} tenants share the key, which is not best practice: one key for each tenant is."
                + (platform.SeparateOrganizations ? $" On {platform.Name} end-user organisations must each have a key of their own." : "");
        }

        if (values is { Key: null, MultiRegion: null } && platform.Statements.FirstOrDefault(one => one.When == StatementCondition.MultiRegion) is { } more)
        {
            yield return $"For a multi-Region key, {platform.Name} also needs the statement '{more.Sid}': give the key's ARN to have it.";
        }

        // What a vendor shows as an example may be no account; KMS would refuse it.
        if (Templates.PlatformStatements.Render(platform, values).FirstOrDefault(statement => !IsPolicy(statement)) is { } example)
        {
            yield return $"KMS would refuse the statement '{example.Sid}' as it is: {Fault(example)}";
        }
    }

    private static bool IsPolicy(RenderedStatement statement) => Fault(statement) is null;

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
