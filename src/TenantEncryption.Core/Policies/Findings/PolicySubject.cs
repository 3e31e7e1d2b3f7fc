using TenantEncryption.Platforms;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Findings;

/// <summary>What is judged: a policy, for whom, and what it decides.</summary>
internal sealed record PolicySubject(
    PolicySource Source,
    PlatformProfile Platform,
    PolicyValues Values,
    IReadOnlyList<RenderedStatement> Statements,
    IReadOnlyList<AccessOutcome> Outcomes,
    string KeyArn,
    DateTimeOffset Time)
{
    public string KeyAccount { get; } = KeyArn.Split(':')[4];

    public string ContextConditionKey => $"kms:EncryptionContext:{Platform.ContextKey}";

    /// <summary>Whether a name in a policy means a principal of the key's own account, or that account.</summary>
    public bool IsOwn(string principal) => principal == KeyAccount || (principal.Split(':') is [_, _, _, _, var account, ..] && account == KeyAccount);

    /// <summary>The statement of the policy that a statement of the platform is there as.</summary>
    public PolicyStatement? FindBySid(string sid) => Source.Document.Statements.FirstOrDefault(statement => statement.Sid == sid);
}
