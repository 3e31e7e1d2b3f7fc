namespace TenantEncryption.Policies.Findings;

/// <summary>What can be found in a key policy. <c>docs/key-policies.md</c> explains each.</summary>
internal static class PolicyFindingCodes
{
    /// <summary>The text is no JSON.</summary>
    public const string MalformedJson = "MALFORMED_JSON";

    /// <summary>The document or a statement is not of the IAM policy language.</summary>
    public const string MalformedStatement = "MALFORMED_STATEMENT";

    /// <summary>The text is longer than KMS takes.</summary>
    public const string PolicyTooLarge = "POLICY_TOO_LARGE";

    /// <summary>The text has a character that KMS does not take.</summary>
    public const string InvalidCharacter = "INVALID_CHARACTER";

    /// <summary>The platform's statement is missing, or does not name a principal of the platform.</summary>
    public const string MissingPrincipal = "MISSING_PRINCIPAL";

    /// <summary>The platform's statement lacks an action, or is missing while others name its principals.</summary>
    public const string MissingAction = "MISSING_ACTION";

    /// <summary>The statement is for another key.</summary>
    public const string WrongResource = "WRONG_RESOURCE";

    /// <summary>The condition is on another key of the encryption context.</summary>
    public const string WrongContextKey = "WRONG_CONTEXT_KEY";

    /// <summary>The condition lists other tenants than the one that is asked for.</summary>
    public const string WrongContextValue = "WRONG_CONTEXT_VALUE";

    /// <summary>Another condition is not met.</summary>
    public const string ConditionNotMet = "CONDITION_NOT_MET";

    /// <summary>A Deny refuses what an Allow would allow.</summary>
    public const string ExplicitDeny = "EXPLICIT_DENY";

    /// <summary>A platform's principal is let in with another tenant's value, or with none.</summary>
    public const string ContextNotEnforced = "CONTEXT_NOT_ENFORCED";

    /// <summary>A platform's principal is let in without a condition that the platform's statement has.</summary>
    public const string ConditionNotEnforced = "CONDITION_NOT_ENFORCED";

    /// <summary>The platform's statement names the account, so that its own identity policies decide, which can't be seen.</summary>
    public const string DelegatedToAccount = "DELEGATED_TO_ACCOUNT";

    /// <summary>A condition of the platform's statement can't be simulated.</summary>
    public const string NotSimulated = "NOT_SIMULATED";

    /// <summary>A grant rather than the policy allows the platform.</summary>
    public const string AllowedByGrant = "ALLOWED_BY_GRANT";

    /// <summary>Everybody is named.</summary>
    public const string OverbroadPrincipal = "OVERBROAD_PRINCIPAL";

    /// <summary>Another account may do everything with the key.</summary>
    public const string OverbroadAction = "OVERBROAD_ACTION";

    /// <summary>A platform's principal may do more than the platform asks for.</summary>
    public const string ExcessiveAction = "EXCESSIVE_ACTION";

    /// <summary>A principal is the id of a user or role that was deleted.</summary>
    public const string DeletedPrincipal = "DELETED_PRINCIPAL";

    /// <summary>A statement has no Action or no Resource.</summary>
    public const string NoEffect = "NO_EFFECT";

    /// <summary>Two statements have the same Sid.</summary>
    public const string DuplicateSid = "DUPLICATE_SID";

    /// <summary>The key serves several tenants.</summary>
    public const string SeveralTenants = "SEVERAL_TENANTS";

    /// <summary>The account's own administration that the platform's documentation shows is not there.</summary>
    public const string MissingAdministration = "MISSING_ADMINISTRATION";

    /// <summary>What the vendor's text asks for and its printed policy lacks, or what only some tenants need, is not there.</summary>
    public const string MissingRecommended = "MISSING_RECOMMENDED";

    /// <summary>Nobody of the account can change the policy any more.</summary>
    public const string AccountLockedOut = "ACCOUNT_LOCKED_OUT";

    /// <summary>Whether somebody of the account can change the policy depends on conditions that only a real request decides.</summary>
    public const string ConditionalAdministration = "CONDITIONAL_ADMINISTRATION";

    /// <summary>The platform's principal is of another account, and the action works within the key's own alone.</summary>
    public const string NotAcrossAccounts = "NOT_ACROSS_ACCOUNTS";

    /// <summary>It is not a whole policy but a statement, or several, that is judged.</summary>
    public const string StatementsOnly = "STATEMENTS_ONLY";
}
