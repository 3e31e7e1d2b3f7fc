namespace TenantEncryption.Policies;

/// <summary>How a Principal element means a principal.</summary>
internal enum PrincipalMatch
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>It names the account: an Allow only lets the account's identity policies decide.</summary>
    Account,

    /// <summary>It names the principal, its role, or everyone.</summary>
    Direct,
}
