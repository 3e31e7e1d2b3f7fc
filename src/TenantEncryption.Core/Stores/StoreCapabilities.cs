namespace TenantEncryption.Stores;

/// <summary>What a store can do beside keeping rows.</summary>
/// <param name="OverwritesReplacedRecords">Whether a sealed key record that was replaced or removed is in no file of the store any more.</param>
/// <param name="SharedByMachines">Whether processes of several machines may use it at once.</param>
public sealed record StoreCapabilities(bool OverwritesReplacedRecords, bool SharedByMachines)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{(SharedByMachines ? "several machines" : "one machine")}, replaced records are {(OverwritesReplacedRecords ? "" : "not ")}overwritten";
}
