namespace TenantEncryption.Fuzz;

/// <summary>What a run of the fuzzer saw.</summary>
/// <param name="Codes">How often each outcome occurred: an error code, or <c>read</c>.</param>
/// <param name="Findings">What must not be.</param>
internal sealed record FuzzResult(IReadOnlyDictionary<string, long> Codes, IReadOnlyList<Finding> Findings);
