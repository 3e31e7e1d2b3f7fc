namespace TenantEncryption.Fuzz;

/// <summary>What a run of the fuzzer saw.</summary>
/// <param name="Codes">How often each outcome occurred: an error code, or <c>read</c>.</param>
/// <param name="Branches">In how many different places of the reader it came to an outcome.</param>
/// <param name="Findings">What must not be.</param>
internal sealed record FuzzResult(IReadOnlyDictionary<string, long> Codes, int Branches, IReadOnlyList<Finding> Findings);
