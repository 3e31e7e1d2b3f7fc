using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Findings;

/// <summary>Asks a key policy about one request, without a call.</summary>
public static class AccessTest
{
    private static readonly Dictionary<string, string> NoPairs = [];

    /// <summary>Decides a request.</summary>
    /// <param name="policy">The policy's JSON.</param>
    /// <param name="principal">Who asks: the ARN of a role, user, session or account, or the name of a service.</param>
    /// <param name="action">What for, such as <c>kms:Decrypt</c>; with or without <c>kms:</c>.</param>
    /// <param name="encryptionContext">The pairs of the request.</param>
    /// <param name="conditionKeys">Other condition keys, such as <c>kms:ViaService</c>.</param>
    /// <param name="key">The key; <see langword="null"/> for one of the account whose root the policy names.</param>
    /// <param name="time">When it is made; now when not given.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>MALFORMED_POLICY</c>; <c>INVALID_ARN</c>: the principal is none; <c>INVALID_INPUT</c>: the action is none of KMS.
    /// </exception>
    public static AccessTestResult Run(
        string policy,
        string principal,
        string action,
        IReadOnlyDictionary<string, string>? encryptionContext = null,
        IReadOnlyDictionary<string, string>? conditionKeys = null,
        KeyIdentifier? key = null,
        DateTimeOffset? time = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(principal);
        ArgumentNullException.ThrowIfNull(action);
        PolicyDocument document = PolicyDocument.Parse(policy, PolicyKind.KeyPolicy);
        PolicySource source = PolicySource.Read(policy, (_, _) => { });
        PolicyPrincipal who = PolicyPrincipal.Parse(principal);
        string partition = principal.Split(':') is ["arn", var own, ..] ? own : "aws";
        var request = new ExpectedAccess
        {
            Sid = "",
            Expectation = AccessExpectation.Allowed,
            Principal = who,
            Action = ActionOf(action),
            EncryptionContext = encryptionContext ?? NoPairs,
            ConditionKeys = conditionKeys ?? NoPairs,
        };
        AccessRequest asked = request.ToRequest(AssumedKey.Of(key, partition, source), time ?? TimeProvider.System.GetUtcNow());
        var policies = new KeyPolicies { KeyPolicy = document, IdentityPolicies = null };
        AccessDecision decision = PolicySimulator.Decide(asked, policies);
        return new AccessTestResult
        {
            Decision = decision.IsAllowed ? AccessVerdict.Allowed : AccessVerdict.Denied,
            Principal = principal,
            Action = request.Action,
            Statement = decision.KeyPolicyStatement is { } statement ? PolicySource.NameOf(statement) : null,
            Reason = decision.Reason == AccessReason.KeyPolicySilent ? $"{decision}{Nearest(document, asked)}" : decision.ToString(),
            AssumesIdentityPolicy = decision.AssumesIdentityPolicy,
            Statements = PolicySimulator.Explain(asked, policies),
        };
    }

    /// <summary>The Allow that comes nearest to the request, and why it does not apply.</summary>
    private static string Nearest(PolicyDocument document, AccessRequest request)
    {
        PolicyStatement? nearest = document.Statements
            .Where(statement => statement.Effect == PolicyEffect.Allow && statement.Principal!.Match(request.Principal) != PrincipalMatch.None)
            .OrderByDescending(statement => statement.Action?.Matches(request.Action) == true)
            .ThenByDescending(statement => statement.Resource?.Matches(request.Resource, request.Context) == true)
            .FirstOrDefault();
        return nearest is null
            ? " No Allow names the principal or its account."
            : $" The nearest is {nearest}: {StatementVerdict.Of(nearest, "", request).Explanation}.";
    }

    private static string ActionOf(string action)
    {
        string name = action.Contains(':', StringComparison.Ordinal) ? action : $"kms:{action}";
        return name.StartsWith("kms:", StringComparison.OrdinalIgnoreCase) && !GlobPattern.IsPattern(name) && name.Length > "kms:".Length
            ? KmsActions.Expand(name)[0]
            : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{action}' is not one action of KMS, such as kms:Decrypt.");
    }
}
