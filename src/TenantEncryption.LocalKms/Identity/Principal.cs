namespace TenantEncryption.LocalKms.Identity;

/// <summary>
/// A user, role, session, root or service of the identity file, with its access keys and policies. This is its JSON form.
/// </summary>
internal sealed record Principal
{
    /// <summary>Its ARN, or the name of a service such as <c>qbusiness.amazonaws.com</c>.</summary>
    public required string Arn { get; init; }

    /// <summary>The unique id that policies and <c>aws:userid</c> may have, such as <c>AROAEXAMPLEID</c>.</summary>
    public string? UniqueId { get; init; }

    public AccessKey[] AccessKeys { get; init; } = [];

    /// <summary>The identity policies by name, each a policy document. A session has those of its role.</summary>
    public Dictionary<string, string> Policies { get; init; } = [];

    /// <summary>Who may assume the role.</summary>
    public string? TrustPolicy { get; init; }

    /// <summary>What <c>aws:PrincipalTag/…</c> is.</summary>
    public Dictionary<string, string> Tags { get; init; } = [];

    /// <summary>
    /// More condition keys of every call of it: <c>kms:ViaService</c>, <c>aws:SourceAccount</c>, <c>aws:PrincipalOrgID</c>. An access key may
    /// have its own.
    /// </summary>
    public Dictionary<string, string> Context { get; init; } = [];
}
