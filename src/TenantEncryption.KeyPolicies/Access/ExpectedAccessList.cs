using TenantEncryption.Platforms;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Access;

/// <summary>What a platform's key policy must allow, and what it must not.</summary>
internal static class ExpectedAccessList
{
    // Not a tenant of anybody: an id that no policy lists and that only a wildcard lets through.
    private const string Stranger = "7c1e0f52-6c1b-4d0b-9a55-0d2f7a1f4c3e";

    private static readonly IReadOnlyList<IReadOnlyDictionary<string, string>> NoContext = [new Dictionary<string, string>()];

    /// <summary>
    /// The requests that follow from the platform's Access statements: for each principal, action and tenant one that must be allowed,
    /// and where the statement names the tenant, some with another tenant's value and one with none, which must be refused.
    /// </summary>
    /// <param name="statements">The platform's statements, filled in.</param>
    /// <returns>The requests, in the order of the statements.</returns>
    /// <exception cref="TenantEncryptionException"><c>MALFORMED_POLICY</c>, <c>INVALID_ARN</c>: a statement is none that IAM accepts.</exception>
    public static IReadOnlyList<ExpectedAccess> Of(IEnumerable<RenderedStatement> statements) => Of(statements, policy: null);

    /// <summary>The same for the policy that is judged by them: whom it names is no longer a choice.</summary>
    internal static IReadOnlyList<ExpectedAccess> Of(IEnumerable<RenderedStatement> statements, PolicyDocument? policy)
    {
        ArgumentNullException.ThrowIfNull(statements);
        return [.. statements.Where(statement => statement.Purpose == StatementPurpose.Access).SelectMany(statement => OfStatement(statement, policy))];
    }

    /// <summary>The requests that follow from the platform's statements for a key.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="values">What to fill in.</param>
    /// <returns>The requests.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="PlatformStatements.Render"/>, and <c>MALFORMED_POLICY</c>, <c>INVALID_ARN</c>.</exception>
    public static IReadOnlyList<ExpectedAccess> Of(PlatformProfile platform, PolicyValues values) => Of(PlatformStatements.Render(platform, values));

    private static IEnumerable<ExpectedAccess> OfStatement(RenderedStatement rendered, PolicyDocument? policy)
    {
        PolicyStatement statement = PolicyStatement.Read(rendered.Statement);
        if (statement is not { Effect: PolicyEffect.Allow, Principal: { Negated: false, Anyone: false } principal, Action: { Negated: false } action })
        {
            yield break;
        }

        ConditionSample made = ConditionSample.Of(statement.Conditions);
        IReadOnlyDictionary<string, string>[] strangers = [.. Strangers(made.EncryptionContexts)];
        foreach (string name in principal.Names.Order(StringComparer.Ordinal))
        {
            PolicyPrincipal who = PrincipalOf(name);
            StatementAdvice? advice = rendered.AdviceFor(name, policy is not null && Names(policy, who));
            foreach (string what in action.Names.SelectMany(KmsActions.Expand).Distinct(StringComparer.OrdinalIgnoreCase))
            {
                var template = new ExpectedAccess
                {
                    Sid = rendered.Sid,
                    Expectation = AccessExpectation.Allowed,
                    Principal = who,
                    Action = what,
                    Advice = advice,
                    ConditionKeys = made.ConditionKeys,
                    Undecidable = made.Undecidable,
                };
                bool takesContext = KmsActions.TakesEncryptionContext(what);
                foreach (ExpectedAccess access in Variants(template, takesContext ? made.EncryptionContexts : NoContext, takesContext ? strangers : []))
                {
                    yield return access;
                }
            }
        }
    }

    private static bool Names(PolicyDocument policy, PolicyPrincipal principal) =>
        policy.Statements.Any(statement => statement.Effect == PolicyEffect.Allow && statement.Principal?.Match(principal) is not (null or PrincipalMatch.None));

    /// <summary>The same contexts with the value of a tenant whom the statement does not let in.</summary>
    private static IEnumerable<IReadOnlyDictionary<string, string>> Strangers(IReadOnlyList<IReadOnlyDictionary<string, string>> contexts)
    {
        foreach (string key in contexts[0].Keys)
        {
            var listed = contexts.Select(pairs => pairs[key]).ToHashSet(StringComparer.Ordinal);
            foreach (string other in listed.SelectMany(Others).Where(other => !listed.Contains(other)).Distinct(StringComparer.Ordinal))
            {
                yield return new Dictionary<string, string>(contexts[0]) { [key] = other };
            }
        }
    }

    private static IEnumerable<ExpectedAccess> Variants(
        ExpectedAccess template,
        IReadOnlyList<IReadOnlyDictionary<string, string>> contexts,
        IReadOnlyList<IReadOnlyDictionary<string, string>> strangers)
    {
        foreach (IReadOnlyDictionary<string, string> pairs in contexts)
        {
            yield return template with { EncryptionContext = pairs };
        }

        foreach (IReadOnlyDictionary<string, string> pairs in strangers)
        {
            yield return template with { Expectation = AccessExpectation.RefusedForAnotherTenant, EncryptionContext = pairs };
        }

        if (contexts[0].Count > 0)
        {
            yield return template with { Expectation = AccessExpectation.RefusedWithoutTenant };
        }

        foreach (string key in template.ConditionKeys.Keys.Where(key => !key.Equals("kms:CallerAccount", StringComparison.OrdinalIgnoreCase)))
        {
            yield return template with
            {
                Expectation = AccessExpectation.RefusedOtherwise,
                EncryptionContext = contexts[0],
                ConditionKeys = template.ConditionKeys.Where(pair => pair.Key != key).ToDictionary(pair => pair.Key, pair => pair.Value),
            };
        }
    }

    // Another id, one that begins like the tenant's, one that ends like it, and one that differs by case alone: ids are compared exactly.
    private static IEnumerable<string> Others(string value)
    {
        yield return Stranger;
        yield return $"{value}-{Stranger}";
        yield return $"{Stranger}-{value}";
        string otherCase = string.Concat(value.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)));
        if (otherCase != value)
        {
            yield return otherCase;
        }
    }

    private static PolicyPrincipal PrincipalOf(string name) => PolicyPrincipal.Parse(
        name.StartsWith(PrincipalElement.ServicePrefix, StringComparison.Ordinal) ? name[PrincipalElement.ServicePrefix.Length..] : name);
}
