using Newtonsoft.Json.Linq;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Documents;

/// <summary>Makes the key policy that a platform needs, for a new key or to be compared with.</summary>
public static class KeyPolicyBuilder
{
    /// <summary>
    /// A whole policy: the account's own statements as the AWS console writes them (unless the platform brings its own), then the platform's.
    /// </summary>
    /// <param name="platform">The platform.</param>
    /// <param name="values">For which tenants and which key.</param>
    /// <param name="administrators">The ARNs of those who administer the key; the account itself always can.</param>
    /// <returns>The policy. Without the key's account, which its ARN tells, it has the platform's statements alone and a warning.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="PlatformStatements.Render"/>; <c>INVALID_ARN</c>: no principal.</exception>
    public static KeyPolicy Build(PlatformProfile platform, PolicyValues values, IReadOnlyList<string>? administrators = null)
    {
        IReadOnlyList<RenderedStatement> statements = PlatformStatements.Render(platform, values);
        (string Partition, string Id)? account = values.Key is { AccountId: { } id, Partition: { } partition } ? (partition, id) : null;
        JObject policy = PolicyWriter.Document(
            [.. OfAccount(platform, values, account, administrators ?? []), .. statements.Select(statement => statement.Statement)]);
        List<string> warnings = [.. PolicyWarnings.Of(platform, values)];
        if (account is null && !BringsAdministration(statements))
        {
            warnings.Add("This is not a whole policy: without the key's ARN its account is not known, and the account's own statement is missing. "
                + "Add the platform's statements to the policy that the key has.");
        }

        return Make(platform, values, PolicyWriter.Write(policy), KeyPolicy.StatementsOf(policy), warnings);
    }

    /// <summary>The platform's statements alone, as its documentation shows them: one statement, or a list.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="values">For which tenants and which key.</param>
    /// <returns>The statements.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="PlatformStatements.Render"/>.</exception>
    public static KeyPolicy BuildStatements(PlatformProfile platform, PolicyValues values)
    {
        JObject[] statements = [.. PlatformStatements.Render(platform, values).Select(statement => statement.Statement)];
        JToken json = statements is [var only] ? only : new JArray(statements);
        return Make(platform, values, PolicyWriter.Write(json), statements.Select(KeyPolicyStatement.Of).ToArray(), PolicyWarnings.Of(platform, values).ToArray());
    }

    private static IEnumerable<JObject> OfAccount(
        PlatformProfile platform, PolicyValues values, (string Partition, string Id)? account, IReadOnlyList<string> administrators)
    {
        if (account is { } owner && !platform.Statements.Any(statement => statement.Purpose == StatementPurpose.Administration))
        {
            yield return AccountStatements.Root(owner.Partition, owner.Id);
        }

        if (administrators.Count > 0)
        {
            yield return AccountStatements.Administrators(administrators, values.IsMultiRegion);
        }

        // Where the platform is the account's own, its users are the platform's principals.
        if (values.Users.Count > 0 && !platform.Placeholders.Any(placeholder => placeholder.Source == PlaceholderSource.Users))
        {
            foreach (JObject statement in AccountStatements.Users(values.Users))
            {
                yield return statement;
            }
        }
    }

    private static bool BringsAdministration(IEnumerable<RenderedStatement> statements) =>
        statements.Any(statement => statement.Purpose == StatementPurpose.Administration);

    private static KeyPolicy Make(
        PlatformProfile platform, PolicyValues values, string json, IReadOnlyList<KeyPolicyStatement> statements, IReadOnlyList<string> warnings) => new()
        {
            Json = json,
            Platform = platform.Name,
            KeyArn = values.Key is { Form: KeyIdentifierForm.KeyArn } key ? key.ToString() : null,
            Region = values.Key?.Region,
            Statements = statements,
            Warnings = warnings,
        };
}
