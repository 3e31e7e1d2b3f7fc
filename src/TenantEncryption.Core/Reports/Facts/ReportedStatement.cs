namespace TenantEncryption.Reports;

/// <summary>A statement of a key policy, in the words of the policy.</summary>
/// <param name="Sid">Its name.</param>
/// <param name="Effect"><c>Allow</c> or <c>Deny</c>.</param>
/// <param name="Principals">Whom it is about; <c>all but</c> stands before what NotPrincipal names.</param>
/// <param name="Actions">Which actions; <c>all but</c> stands before what NotAction names.</param>
/// <param name="Condition">The condition as JSON; <see langword="null"/> for none.</param>
public sealed record ReportedStatement(string? Sid, string Effect, string Principals, string Actions, string? Condition);
