namespace TenantEncryption.Fuzz;

/// <summary>What the reader did with a message.</summary>
/// <param name="Outcome">An error code, <c>read</c>, or what must not be.</param>
/// <param name="Branch">Where in the reader it came to that: the outcome, its text without numbers, and how far it got.</param>
/// <param name="Wrong">What is wrong with it, or <see langword="null"/>.</param>
internal sealed record Verdict(string Outcome, string Branch, string? Wrong);
