using TenantEncryption.Policies;

namespace TenantEncryption.LocalKms.Identity;

/// <summary>Who makes a call, with all that decides what it may do.</summary>
internal sealed class Caller
{
    public required PolicyPrincipal Principal { get; init; }

    /// <summary>
    /// The account whose keys it means by an id or alias name. A service acts in the account of <c>aws:SourceAccount</c>.
    /// </summary>
    public required string Account { get; init; }

    /// <summary><c>Root</c>, <c>IAMUser</c>, <c>AssumedRole</c>, <c>FederatedUser</c> or <c>AWSService</c>, as CloudTrail has it.</summary>
    public required string Type { get; init; }

    /// <summary>What <c>aws:userid</c> is.</summary>
    public required string UserId { get; init; }

    public required IReadOnlyList<PolicyDocument> Policies { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required IReadOnlyDictionary<string, string> Context { get; init; }

    public string Arn => Principal.Arn;

    /// <summary>
    /// The caller as a partition knows it. In AWS the accounts of other partitions are other accounts; here the root of an account is its root in
    /// every partition, so that one access key administers keys in AWS GovCloud (US) and China, too.
    /// </summary>
    public Caller InPartition(string partition)
    {
        string root = $"arn:{partition}:iam::{Account}:root";
        return Type != "Root" || Arn == root
            ? this
            : new Caller
            {
                Principal = PolicyPrincipal.Parse(root),
                Account = Account,
                Type = Type,
                UserId = UserId,
                Policies = Policies,
                Tags = Tags,
                Context = Context,
            };
    }
}
