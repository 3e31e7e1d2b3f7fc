using System.Collections.Concurrent;
using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Events;
using TenantEncryption.Providers;
using TenantEncryption.Stores;

namespace TenantEncryption.Keys.Regions;

/// <summary>
/// Notes in the store that KMS refused a provider's key. Every process that holds keys of the provider sees it within a second and forgets
/// them; and nothing of the provider fails over until a check passes in the region that refused.
/// </summary>
internal sealed class RefusalLog(UnitOfWork work, TimeProvider time)
{
    // A caller that goes on asking must not keep the store busy: whoever took a lease since sees the next note.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string ProviderId, string Region), long> _notedAt = new();

    /// <summary>Notes a refusal. It throws nothing: the refusal itself is what the caller must hear of.</summary>
    /// <param name="provider">The provider; one that is in no use is left alone.</param>
    /// <param name="region">The region that refused.</param>
    /// <param name="code">The refusal's code.</param>
    public async Task NoteAsync(KeyProvider provider, string region, string code)
    {
        if (provider.Status is not (KeyProviderStatus.Active or KeyProviderStatus.Archived) || !IsDue((provider.Id, region)))
        {
            return;
        }

        Operation operation = work.Begin("Refusal", provider.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        try
        {
            await work.ChangeAsync(operation, StoreScope.Of(provider.TenantId), change => NoteAsync(change, provider, region, code), CancellationToken.None).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception)
        {
            work.Warn($"AWS KMS refused the key provider '{provider.Name}' ({code}), and other processes could not be told: {exception.Message}");
        }
    }

    private static async Task NoteAsync(Change change, KeyProvider provider, string region, string code)
    {
        if (await change.Store.Providers.FindAsync(provider.Id).ConfigureAwait(false) is not { } now)
        {
            return;
        }

        await change.Store.Providers.AddRefusalAsync(now.Id).ConfigureAwait(false);
        if (now.ReplicaKeys.Count == 0 || now.RefusedRegions.Contains(region))
        {
            return;
        }

        KeyProvider marked = now with { RefusedRegions = [.. now.RefusedRegions, region] };
        await change.Store.Providers.UpdateAsync(marked).ConfigureAwait(false);
        JObject data = ProviderData.Of(marked);
        data["region"] = region;
        data["code"] = code;
        change.Record(EventTypes.ProviderRefused, now.TenantId, data);
    }

    private bool IsDue((string ProviderId, string Region) key)
    {
        long now = time.GetTimestamp();
        if (_notedAt.TryGetValue(key, out long before))
        {
            return time.GetElapsedTime(before, now) >= ShortestPause && _notedAt.TryUpdate(key, now, before);
        }

        return _notedAt.TryAdd(key, now);
    }
}
