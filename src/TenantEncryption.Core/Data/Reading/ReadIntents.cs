using System.Collections.Concurrent;
using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Events;
using TenantEncryption.Stores;

namespace TenantEncryption.Data.Reading;

/// <summary>
/// What is about to be read is told before the first plaintext leaves: an event a tenant says how many files or values at most. What can't be told is not
/// read, so that nobody who locks or fills the store reads untraced, unless the tenant was set to allow that; a process that dies leaves the event.
/// </summary>
/// <param name="work">Writes the events.</param>
/// <param name="kind">What is read: <c>files</c> or <c>values</c>.</param>
/// <param name="first">How many the first event of a tenant allows.</param>
/// <param name="most">How many an event allows at most; each allows sixteen times as many as the one before.</param>
/// <param name="isOneCommand">Whether what can't be told once is not tried again: a command on many files would wait for a locked store at each of them.</param>
internal sealed class ReadIntents(UnitOfWork work, string kind, long first, long most, bool isOneCommand) : IDisposable
{
    private const int Growth = 16;

    private readonly ConcurrentDictionary<string, Allowance> _allowances = new(StringComparer.Ordinal);

    /// <summary>Takes one from what was told, or tells of more.</summary>
    /// <param name="operation">The operation that reads.</param>
    /// <param name="tenantId">Whose data it is; <see langword="null"/> for a message of no tenant.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <exception cref="TenantEncryptionException">It can't be told: nothing may be read.</exception>
    public ValueTask TakeAsync(Operation operation, string? tenantId, CancellationToken cancellationToken)
    {
        Allowance allowance = _allowances.GetOrAdd(tenantId ?? "", static (_, block) => new Allowance(block), first);
        return allowance.TryTake() ? ValueTask.CompletedTask : TellAsync(operation, tenantId, allowance, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Allowance allowance in _allowances.Values)
        {
            allowance.Gate.Dispose();
        }
    }

    private async ValueTask TellAsync(Operation operation, string? tenantId, Allowance allowance, CancellationToken cancellationToken)
    {
        await allowance.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (!allowance.TryTake())
            {
                if (allowance.Failure is { } failure)
                {
                    throw new TenantEncryptionException(failure.Code, failure.Detail, failure);
                }

                long block = allowance.Next;
                await TellAsync(operation, tenantId, block, cancellationToken).ConfigureAwait(false);
                allowance.Add(block, Math.Min(block * Growth, most));
            }
        }
        catch (TenantEncryptionException failure) when (isOneCommand)
        {
            allowance.Failure = failure;
            throw;
        }
        finally
        {
            allowance.Gate.Release();
        }
    }

    private async Task TellAsync(Operation operation, string? tenantId, long block, CancellationToken cancellationToken)
    {
        var scope = StoreScope.Of(tenantId);
        try
        {
            await work.ChangeAsync(operation, scope, change => Record(change, isLate: false), cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException failure) when (SessionKeeper.IsOfStore(failure))
        {
            if (!await UntracedReads.AllowAsync(work, operation, tenantId, cancellationToken).ConfigureAwait(false))
            {
                throw;
            }

            work.Owe(operation, scope, change => Record(change, isLate: true));
        }

        void Record(Change change, bool isLate)
        {
            var data = new JObject { ["kind"] = kind, ["atMost"] = block };
            if (isLate)
            {
                data["late"] = true;
            }

            change.Record(EventTypes.DataRequested, tenantId, data);
        }
    }

    private sealed class Allowance(long first)
    {
        private long _left;

        public SemaphoreSlim Gate { get; } = new(1);

        public long Next { get; private set; } = first;

        public TenantEncryptionException? Failure { get; set; }

        public bool TryTake()
        {
            if (Interlocked.Decrement(ref _left) >= 0)
            {
                return true;
            }

            Interlocked.Increment(ref _left);
            return false;
        }

        public void Add(long block, long next)
        {
            Next = next;
            Interlocked.Add(ref _left, block);
        }
    }
}
