namespace TenantEncryption.Tests.Immutability;

/// <summary>One thing that is done with the product.</summary>
/// <param name="Kind">What.</param>
/// <param name="Tenant">Whose: a number that chooses among the tenants.</param>
/// <param name="Amount">How much, how large or when: 0 to 99.</param>
public sealed record WalkStep(WalkStepKind Kind, int Tenant, int Amount);
