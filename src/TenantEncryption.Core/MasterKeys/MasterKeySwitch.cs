using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Stores;

namespace TenantEncryption.MasterKeys;

/// <summary>Opens and shuts a master key, in one of its regions or all.</summary>
internal sealed class MasterKeySwitch(UnitOfWork work, KeyConnections connections)
{
    /// <summary>Makes a change in one region or all; where a key is shut, no region is left out because another one failed.</summary>
    /// <param name="what">The change.</param>
    /// <param name="key">The key.</param>
    /// <param name="allRegions">Whether to change it in all of its regions.</param>
    /// <param name="change">Changes it in a region; <see langword="null"/> says that there was nothing to do.</param>
    public async Task<MasterKey> ChangeAsync(
        RegionalChange what, MasterKey key, bool allRegions, Func<IKmsChannel, KeyInRegion, Task<KeyInRegion?>> change)
    {
        Operation operation = work.Begin(what.Command);
        await using var _ = operation.ConfigureAwait(false);
        var changed = new List<KeyInRegion>();
        TenantEncryptionException? fault = null;
        try
        {
            foreach (KeyInRegion region in KeyInRegion.Of(key, allRegions))
            {
                try
                {
                    if (await change(operation.Kms, region).ConfigureAwait(false) is { } now)
                    {
                        changed.Add(now);
                    }
                }
                catch (TenantEncryptionException exception)
                {
                    fault ??= exception;
                }
            }
        }
        finally
        {
            if (changed.Count > 0)
            {
                var regions = new JProperty("regions", new JArray(changed.Select(region => region.Region)));
                IReadOnlyList<KeyProvider> shut =
                    what.Shuts ? await connections.ProvidersOnAsync([.. key.AllArns], CancellationToken.None).ConfigureAwait(false) : [];
                await RecordAsync(operation, what.EventType, key, regions, shut).ConfigureAwait(false);
            }
        }

        return fault is null ? KeyInRegion.Apply(key, changed) : throw Partly(fault, changed);
    }

    /// <summary>Records what was done. A key that is shut ends the leases of its tenants in every process, and each of them is told of it.</summary>
    public Task RecordAsync(Operation operation, string type, MasterKey key, JProperty what, IReadOnlyList<KeyProvider>? shut = null) => work.ChangeAsync(
        operation,
        shut is { Count: > 0 } ? StoreScope.All : StoreScope.Store,
        async change =>
        {
            change.Record(type, null, Describe());
            foreach (string tenantId in (shut ?? []).Select(provider => provider.TenantId).Distinct(StringComparer.Ordinal))
            {
                await change.RaiseEpochAsync(tenantId).ConfigureAwait(false);
                change.Record(type, tenantId, Describe());
            }

            JObject Describe() => new(new JProperty("keyArn", key.KeyArn), new JProperty(what.Name, what.Value.DeepClone()));
        },
        CancellationToken.None);

    private static TenantEncryptionException Partly(TenantEncryptionException fault, List<KeyInRegion> changed) => changed.Count == 0
        ? fault
        : new TenantEncryptionException(fault.Code, $"{fault.Detail} It was done in {string.Join(", ", changed.Select(region => region.Region))}.", fault)
        {
            Operation = fault.Operation,
            KeyArn = fault.KeyArn,
            Region = fault.Region,
            RequestId = fault.RequestId,
        };
}
