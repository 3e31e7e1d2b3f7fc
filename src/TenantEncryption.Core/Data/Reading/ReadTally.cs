using System.Collections.Concurrent;
using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Stores;

namespace TenantEncryption.Data.Reading;

/// <summary>Counts what a session reads, so that its end is one event per tenant and kind.</summary>
internal sealed class ReadTally(UnitOfWork work)
{
    private readonly ConcurrentDictionary<(string Type, string TenantId), Counts> _counts = new();

    /// <summary>Counts a file.</summary>
    public void File(string type, string? tenantId, long bytes, bool failed) => Of(type, tenantId).Add(file: true, bytes, failed);

    /// <summary>Counts a value.</summary>
    public void Value(string type, string? tenantId, long bytes, bool failed) => Of(type, tenantId).Add(file: false, bytes, failed);

    /// <summary>Records the counts and begins anew.</summary>
    public async Task RecordAsync(Operation operation)
    {
        TenantEncryptionException? failure = null;
        foreach ((string type, string tenantId) in _counts.Keys)
        {
            if (_counts.TryRemove((type, tenantId), out Counts? counts))
            {
                string? tenant = tenantId.Length == 0 ? null : tenantId;
                void Record(Change change) => change.Record(type, tenant, counts.Describe());
                if (operation.IsUntraced(tenant))
                {
                    work.Owe(operation, StoreScope.Of(tenant), Record);
                    continue;
                }

                try
                {
                    await work.RecordAsync(operation, StoreScope.Of(tenant), Record).ConfigureAwait(false);
                }
                catch (TenantEncryptionException exception)
                {
                    failure ??= await IsAllowedAsync(operation, tenant, exception).ConfigureAwait(false) ? null : exception;
                }
            }
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    // It is owed, which is as good as written where the tenant allows untraced reads.
    private async Task<bool> IsAllowedAsync(Operation operation, string? tenantId, TenantEncryptionException failure)
    {
        try
        {
            return SessionKeeper.IsOfStore(failure) && await UntracedReads.AllowAsync(work, operation, tenantId, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TenantEncryptionException)
        {
            return false;
        }
    }

    private Counts Of(string type, string? tenantId) => _counts.GetOrAdd((type, tenantId ?? ""), static _ => new Counts());

    private sealed class Counts
    {
        private long _files;
        private long _values;
        private long _bytes;
        private long _failed;

        public void Add(bool file, long bytes, bool failed)
        {
            Interlocked.Add(ref failed ? ref _failed : ref file ? ref _files : ref _values, 1);
            Interlocked.Add(ref _bytes, bytes);
        }

        public JObject Describe() => new()
        {
            ["files"] = _files,
            ["values"] = _values,
            ["bytes"] = _bytes,
            ["failed"] = _failed,
        };
    }
}
