using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Integrity;
using TenantEncryption.Platforms;
using TenantEncryption.State;
using TenantEncryption.Tenants;

namespace TenantEncryption.Changes;

/// <summary>Writes the events of a change at its end, each into the chain of its tenant, with the digest of the state that the change leaves.</summary>
internal sealed class EventWriter(EventLog log, EventChains chains, LogKeys keys)
{
    /// <summary>Writes them.</summary>
    /// <returns>The new ends of their chains, once the transaction is committed.</returns>
    /// <exception cref="InvalidOperationException">A tenant's state was changed, and no event tells of it.</exception>
    public async Task<IReadOnlyList<ChainTip>> WriteAsync(CheckedTransaction transaction, IReadOnlyList<NewEvent> events)
    {
        foreach (string untold in transaction.Changed.Where(tenantId => events.All(one => one.TenantId != tenantId)))
        {
            ChainTip tip = await chains.TipAsync(transaction.Inner, untold).ConfigureAwait(false);
            if (await StateChecks.DigestAsync(transaction.Inner, untold).ConfigureAwait(false) != (tip.State ?? StateDigest.Empty))
            {
                throw new InvalidOperationException($"The state of tenant '{untold}' was changed without an event.");
            }
        }

        if (transaction.StoreChanged && events.All(one => one.TenantId is not null))
        {
            throw new InvalidOperationException("What the store keeps for all was changed without an event.");
        }

        var tips = new List<ChainTip>();
        foreach (IGrouping<string, NewEvent> chain in events.GroupBy(one => one.TenantId ?? StoredEvent.StoreChain, StringComparer.Ordinal))
        {
            transaction.RequireScope(chain.Key);
            tips.Add(await WriteChainAsync(transaction, chain.Key, chain).ConfigureAwait(false));
        }

        return tips;
    }

    /// <summary>Takes note of what was committed, here and outside the store.</summary>
    /// <exception cref="IOException">A head can't be kept.</exception>
    /// <exception cref="UnauthorizedAccessException">A head may not be kept.</exception>
    public void Committed(IReadOnlyList<ChainTip> tips)
    {
        foreach (ChainTip tip in tips)
        {
            chains.Committed(tip);
        }
    }

    private async Task<ChainTip> WriteChainAsync(CheckedTransaction transaction, string chain, IEnumerable<NewEvent> events)
    {
        ChainTip tip = await chains.TipAsync(transaction.Inner, chain).ConfigureAwait(false);
        string state = await StateAsync(transaction, chain, tip).ConfigureAwait(false);
        string prefix = await PrefixAsync(transaction, chain).ConfigureAwait(false);
        int current = await keys.CurrentAsync(transaction.Settings).ConfigureAwait(false);
        foreach (NewEvent one in events)
        {
            // The key changes where the chain says so, and nowhere else.
            int key = tip.LogKeyId == 0 || one.Type == EventTypes.RootRotated ? current : tip.LogKeyId;
            string text = log.Write($"{prefix}.{one.Type}", one.TenantId, one.Time, state, one.Data);
            tip = await chains.AppendAsync(transaction.Inner, tip, key, text, state).ConfigureAwait(false);
        }

        return tip;
    }

    // What was not changed is what the last event, which verified, says: rows that something else changed meanwhile are not looked at, and not signed.
    private static async Task<string> StateAsync(CheckedTransaction transaction, string chain, ChainTip tip)
    {
        if (chain == StoredEvent.StoreChain)
        {
            return tip.State is { } stored && !transaction.StoreChanged ? stored : await StateChecks.StoreDigestAsync(transaction.Inner).ConfigureAwait(false);
        }

        return transaction.Changed.Contains(chain)
            ? await StateChecks.DigestAsync(transaction.Inner, chain).ConfigureAwait(false)
            : tip.State ?? StateDigest.Empty;
    }

    // It says whose words an event uses, and decides nothing.
    private static async Task<string> PrefixAsync(CheckedTransaction transaction, string chain)
    {
        string standalone = PlatformCatalog.FindBuiltIn(PlatformCatalog.Standalone)!.EventPrefix;
        if (chain == StoredEvent.StoreChain)
        {
            return standalone;
        }

        try
        {
            // A tenant that the change removes is told of in its platform's words, too.
            EncryptionTenant? tenant = await transaction.Inner.Tenants.FindAsync(chain).ConfigureAwait(false)
                ?? (transaction.Changed.Contains(chain) ? await transaction.RequireAsync(chain).ConfigureAwait(false) : null);
            return tenant?.Profile.EventPrefix ?? standalone;
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.InvalidPlatform)
        {
            return standalone;
        }
    }
}
