using TenantEncryption.Errors;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Findings;

/// <summary>Asks a key policy about one request, without a call.</summary>
public static class AccessTest
{
    private const int MaximumSimilar = 4;

    /// <summary>Decides a request.</summary>
    /// <param name="policy">The policy's JSON, or a statement of one, or a list of them.</param>
    /// <param name="question">The request.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>MALFORMED_POLICY</c>: one of the policies is; <c>INVALID_ARN</c>: the principal is none; <c>INVALID_INPUT</c>: the action is none of KMS.
    /// </exception>
    public static AccessTestResult Run(string policy, AccessQuestion question)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(question);
        KmsAction action = ActionOf(question.Action);
        PolicySource source = Read(policy);
        PolicyDocument[]? identityPolicies = question.IdentityPolicies?.Select(ReadIdentityPolicy).ToArray();
        string? caller = action.AcrossAccounts ? null : PolicyPrincipal.Parse(question.Principal).Account;
        string keyArn = AssumedKey.Of(question.Key, PartitionOf(question, source), source, caller);
        PolicyPrincipal principal = SessionRole.Parse(question.Principal, [source.Document, .. identityPolicies ?? []], keyArn);
        var request = new AccessRequest
        {
            Principal = principal,
            Action = action.Name,
            Resource = action.ConcernsKey ? keyArn : "*",
            EncryptionContext = question.EncryptionContext,
            Context = RequestConditions.Of(
                principal, action.Name, keyArn, question.EncryptionContext, question.ConditionKeys, question.Time ?? TimeProvider.System.GetUtcNow()),
        };
        var policies = new KeyPolicies { KeyPolicy = source.Document, IdentityPolicies = identityPolicies };
        AccessDecision decision = PolicySimulator.Decide(request, policies);
        return new AccessTestResult
        {
            Decision = decision.IsAllowed ? AccessVerdict.Allowed : AccessVerdict.Denied,
            Principal = question.Principal,
            Action = action.Name,
            KeyArn = keyArn,
            Statement = (decision.KeyPolicyStatement ?? decision.IdentityPolicyStatement) is { } statement ? PolicySource.NameOf(statement) : null,
            Reason = decision.Reason == AccessReason.KeyPolicySilent ? $"{decision}{Nearest(source.Document, request)}" : decision.ToString(),
            AssumesIdentityPolicy = decision.AssumesIdentityPolicy,
            LeftOut = RequestConditions.Impossible(action, question.EncryptionContext, question.ConditionKeys),
            Statements = PolicySimulator.Explain(request, policies),
        };
    }

    private static PolicySource Read(string policy)
    {
        try
        {
            return PolicySource.Read(policy, (fault, _) => throw fault.AsKnown());
        }
        catch (PolicySyntaxException fault)
        {
            throw fault.AsKnown();
        }
    }

    private static PolicyDocument ReadIdentityPolicy(string policy, int index)
    {
        string name = $"number {index + 1}";
        try
        {
            return PolicyDocument.Parse(policy, PolicyKind.IdentityPolicy, name);
        }
        catch (TenantEncryptionException fault)
        {
            throw new TenantEncryptionException(fault.Code, $"The identity policy {name}: {fault.Detail}", fault);
        }
    }

    // Where neither the key nor the principal tells the partition, the principals of the policy do.
    private static string PartitionOf(AccessQuestion question, PolicySource source) =>
        question.Key?.Partition
        ?? source.Document.Statements.SelectMany(statement => statement.Principal!.Names).Prepend(question.Principal)
            .Select(name => name.Split(':') is ["arn", var partition, ..] ? partition : null)
            .FirstOrDefault(partition => partition is not null)
        ?? "aws";

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

    private static KmsAction ActionOf(string action)
    {
        string name = action.Contains(':', StringComparison.Ordinal) ? action : $"kms:{action}";
        if (KmsActions.Find(name) is { } known)
        {
            return known;
        }

        IReadOnlyList<string> similar = GlobPattern.IsPattern(name) ? KmsActions.Expand(name) : KmsActions.FindSimilar(name);
        throw new TenantEncryptionException(
            ErrorCodes.InvalidInput,
            similar.Count is > 0 and <= MaximumSimilar
                ? $"'{action}' is not one action of KMS; is {string.Join(" or ", similar)} meant?"
                : $"'{action}' is not one action of KMS, such as kms:Decrypt.");
    }
}
