using TenantEncryption.Changes;

namespace TenantEncryption.Providers;

/// <summary>What an update of a key provider would do.</summary>
/// <param name="Changes">What it changes; nothing where all is so already.</param>
/// <param name="KmsCalls">How many calls of KMS the test of the new connection makes, exactly, where nothing fails; 0 where none is needed.</param>
public sealed record KeyProviderUpdatePlan(IReadOnlyList<PropertyChange> Changes, int KmsCalls);
