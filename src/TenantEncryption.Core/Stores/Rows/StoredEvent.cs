namespace TenantEncryption.Events;

/// <summary>A record of the event log as it is stored.</summary>
/// <param name="Chain">The chain that it is in: the id of the tenant that it is about, or <see cref="StoreChain"/>.</param>
/// <param name="Sequence">Its number in the chain: 1, 2, 3, … without a gap.</param>
/// <param name="LogKeyId">Which log key authenticates it.</param>
/// <param name="Json">The CloudEvents 1.0 record, exactly the text that is authenticated.</param>
/// <param name="Mac">HMAC-SHA-256 over the preceding record's MAC, the number and the text.</param>
internal sealed record StoredEvent(string Chain, long Sequence, int LogKeyId, string Json, byte[] Mac)
{
    /// <summary>The chain of what concerns no tenant.</summary>
    public const string StoreChain = "";
}
