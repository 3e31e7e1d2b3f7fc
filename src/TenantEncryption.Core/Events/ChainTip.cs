namespace TenantEncryption.Events;

/// <summary>The end of a chain, as its last record, which verified, says.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Sequence">The record's number; 0 when the chain has none.</param>
/// <param name="Mac">Its MAC, which the next record follows.</param>
/// <param name="LogKeyId">The log key that signed it, and signs the next one; 0 when the chain has none.</param>
/// <param name="State">The digest of the state after it; <see langword="null"/> when the chain has no record.</param>
internal sealed record ChainTip(string Chain, long Sequence, byte[] Mac, int LogKeyId, string? State)
{
    /// <summary>Number and MAC.</summary>
    public EventLogHead Head => EventLogHead.Of(Chain, Sequence, Mac);

    /// <summary>The end of a chain without a record.</summary>
    public static ChainTip None(string chain) => new(chain, 0, EventChain.Start(chain), 0, null);
}
