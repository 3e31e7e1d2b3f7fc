using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Policies.Likeness;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Merging;

/// <summary>
/// Puts a platform's statements into a key policy: others stay as they are and where they are. The platform's own are found by Sid, if they
/// are the platform's at all; principals of others in them keep what they had.
/// </summary>
internal static class PolicyMerge
{
    private const string Version2012 = "2012-10-17";

    /// <summary>Merges.</summary>
    /// <param name="livePolicy">The policy that the key has.</param>
    /// <param name="statements">The platform's statements, filled in.</param>
    /// <param name="platform">The platform.</param>
    /// <returns>The merged policy.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>MALFORMED_POLICY</c>: one of the two can't be read, or the merged one would not be accepted; <c>POLICY_TOO_LARGE</c>.
    /// </exception>
    public static MergedPolicy Merge(string livePolicy, IReadOnlyList<RenderedStatement> statements, PlatformProfile platform)
    {
        ArgumentNullException.ThrowIfNull(livePolicy);
        ArgumentNullException.ThrowIfNull(statements);
        ArgumentNullException.ThrowIfNull(platform);
        PolicyDocument.Parse(livePolicy, PolicyKind.KeyPolicy);
        var policy = (JObject)PolicyJson.Parse(livePolicy);
        JArray list = policy["Statement"] as JArray ?? [policy["Statement"]!];
        var changes = new List<PolicyChange>();
        foreach (RenderedStatement statement in statements)
        {
            changes.AddRange(Put(list, statement, platform));
        }

        if (changes.Count == 0)
        {
            return new MergedPolicy(livePolicy, changes);
        }

        policy["Statement"] = list;
        UseVariables(policy, statements);
        string merged = PolicyWriter.Write(policy);
        Accept(merged);
        return new MergedPolicy(merged, changes);
    }

    private static IEnumerable<PolicyChange> Put(JArray list, RenderedStatement statement, PlatformProfile platform)
    {
        if (OwnStatements.UnderSidOf(list.OfType<JObject>(), statement) is not { } live)
        {
            list.Add(statement.Statement.DeepClone());
            return [new PolicyChange(statement.Sid, PolicyChangeKind.Added, StatementFacts.Of(statement.Statement).Values.ToArray(), [])];
        }

        (JObject updated, JObject? others) = StatementUpdate.Of(statement, live, platform);
        IReadOnlyDictionary<string, string> before = StatementFacts.Of(live), after = StatementFacts.Of(updated);
        var change = new PolicyChange(statement.Sid, PolicyChangeKind.Updated, StatementFacts.Except(after, before), StatementFacts.Except(before, after));
        if (change.Added.Count + change.Removed.Count == 0)
        {
            return [];
        }

        live.Replace(updated);
        if (others is null)
        {
            return [change];
        }

        updated.AddAfterSelf(others);
        return [change, new PolicyChange((string)others["Sid"]!, PolicyChangeKind.Added, StatementFacts.Of(others).Values.ToArray(), [])];
    }

    // In a document without the version of 2012, ${…} would be plain text.
    private static void UseVariables(JObject policy, IEnumerable<RenderedStatement> statements)
    {
        if ((string?)policy["Version"] == Version2012 || !statements.Any(statement => HasVariables(statement.Statement)))
        {
            return;
        }

        string[] sids = [.. statements.Select(statement => statement.Sid)];
        if (((JArray)policy["Statement"]!).OfType<JObject>().Any(one => !sids.Contains((string?)one["Sid"]) && HasVariables(one)))
        {
            throw new TenantEncryptionException(
                ErrorCodes.MalformedPolicy, $"The policy's version is not {Version2012}, and its own ${{…}} would change their meaning with it.");
        }

        policy["Version"] = Version2012;
    }

    private static bool HasVariables(JObject statement) => statement.ToString().Contains("${", StringComparison.Ordinal);

    private static void Accept(string merged)
    {
        if (merged.Length > KeyPolicyText.MaximumLength)
        {
            throw new TenantEncryptionException(
                ErrorCodes.PolicyTooLarge,
                $"The key policy would have {merged.Length} characters, even without white space; KMS takes {KeyPolicyText.MaximumLength}.");
        }

        PolicyDocument document = PolicyDocument.Parse(merged, PolicyKind.KeyPolicy);
        foreach (PolicyStatement statement in document.Statements)
        {
            // KMS shows the ids of deleted users and roles, and refuses a policy that has them.
            if (statement.Principal!.Names.FirstOrDefault(PrincipalSyntax.IsUniqueId) is { } id)
            {
                throw new TenantEncryptionException(
                    ErrorCodes.MalformedPolicy,
                    $"The key policy's {statement} names {id}, the id of a user or role that was deleted; KMS does not take the policy back with it. Remove it first.");
            }
        }
    }
}
