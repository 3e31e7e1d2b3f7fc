using TenantEncryption.Errors;

namespace TenantEncryption.Policies.Findings;

/// <summary>What a finding makes of a policy as a whole. Offline and on a live key it is the same.</summary>
internal static class FindingVerdict
{
    private static readonly string[] ByWeight =
        [ErrorCodes.MalformedPolicy, ErrorCodes.PolicyDenied, ErrorCodes.ContextNotEnforced, ErrorCodes.PolicyLockout];

    /// <summary>The code that an error stands for; <see langword="null"/> where the finding is none.</summary>
    public static string? CodeOf(PolicyFinding finding) => finding.Severity != FindingSeverity.Error ? null : finding.Code switch
    {
        PolicyFindingCodes.MalformedJson or PolicyFindingCodes.MalformedStatement or PolicyFindingCodes.PolicyTooLarge or PolicyFindingCodes.InvalidCharacter =>
            ErrorCodes.MalformedPolicy,
        PolicyFindingCodes.ContextNotEnforced => ErrorCodes.ContextNotEnforced,
        PolicyFindingCodes.AccountLockedOut => ErrorCodes.PolicyLockout,
        _ => ErrorCodes.PolicyDenied,
    };

    /// <summary>Findings in the order of what they make of the policy, the weightiest first.</summary>
    public static IEnumerable<PolicyFinding> InOrder(IEnumerable<PolicyFinding> findings) =>
        findings.OrderBy(finding => CodeOf(finding) is { } code ? Array.IndexOf(ByWeight, code) : ByWeight.Length);

    /// <summary>The code of the whole: that of the weightiest error, else success, unless nothing could be decided.</summary>
    /// <param name="findings">The findings.</param>
    /// <param name="isDecided">Whether any request could be decided: of nothing that was tested, nothing is right.</param>
    public static string CodeOf(IEnumerable<PolicyFinding> findings, bool isDecided)
    {
        string[] codes = [.. findings.Select(CodeOf).OfType<string>()];
        return ByWeight.FirstOrDefault(codes.Contains) ?? (isDecided ? ErrorCodes.Success : ErrorCodes.NothingTested);
    }
}
