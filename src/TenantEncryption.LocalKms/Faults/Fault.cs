namespace TenantEncryption.LocalKms.Faults;

/// <summary>What goes wrong with one call.</summary>
/// <param name="Kind">The fault.</param>
/// <param name="Delay">How long the answer is held back.</param>
internal readonly record struct Fault(FaultKind Kind, TimeSpan Delay);
