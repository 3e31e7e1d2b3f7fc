using TenantEncryption.Changes;
using TenantEncryption.Events;
using TenantEncryption.Stores;

namespace TenantEncryption.Migration;

/// <summary>
/// How long the work of a migration takes: a call of KMS as long as those of the tenant's latest events did, and files as long as its latest Reencrypt took
/// for them. Where the log tells of neither, what this software's own benchmarks say (docs/benchmarks.md) is the guess.
/// </summary>
/// <param name="Call">The median of the calls of KMS that succeeded.</param>
/// <param name="Slowness">How many times as long as in the benchmarks files take.</param>
internal sealed record MigrationPace(TimeSpan Call, double Slowness)
{
    private const int EventsLookedAt = 256;

    // One worker's time for a file, and for each byte of it.
    private static readonly TimeSpan File = TimeSpan.FromMicroseconds(350);
    private static readonly TimeSpan Mebibyte = TimeSpan.FromMilliseconds(3.4);

    // What is told later than that after the event before waited for something else, as to be resumed.
    private static readonly TimeSpan LongestStep = TimeSpan.FromMinutes(1);

    // Less tells of the start of a process rather than of its pace.
    private static readonly TimeSpan ShortestWork = TimeSpan.FromMilliseconds(200);

    /// <summary>The guess where nothing is known.</summary>
    public static readonly MigrationPace Unmeasured = new(TimeSpan.FromMilliseconds(30), 1);

    /// <summary>Reads it from the tenant's chain.</summary>
    public static async Task<MigrationPace> ReadAsync(IStoreTransaction transaction, string tenantId)
    {
        long last = (await transaction.Events.LastAsync(tenantId).ConfigureAwait(false))?.Sequence ?? 0;
        IReadOnlyList<StoredEvent> stored = await transaction.Events.ListChainAsync(tenantId, Math.Max(0, last - EventsLookedAt), EventsLookedAt).ConfigureAwait(false);
        return Of([.. stored.Select(EventText.Read)]);
    }

    /// <summary>What events of one tenant tell of it.</summary>
    public static MigrationPace Of(IReadOnlyList<EncryptionEvent> events) =>
        new(MedianOf([.. events.SelectMany(Calls)]) ?? Unmeasured.Call, SlownessOf(events) ?? Unmeasured.Slowness);

    /// <summary>How long work takes.</summary>
    /// <param name="calls">Calls of KMS that follow one another.</param>
    /// <param name="files">Files that are written anew.</param>
    /// <param name="bytes">Their plaintext, in bytes.</param>
    /// <param name="workers">How many files are worked on at the same time.</param>
    public TimeSpan Estimate(double calls, long files, long bytes, int workers) => (calls * Call) + (Slowness / Workers(workers) * ModelOf(files, bytes));

    private static int Workers(int asked) => Math.Clamp(asked, 1, Environment.ProcessorCount);

    private static TimeSpan ModelOf(long files, long bytes) => (files * File) + (bytes / (double)(1 << 20) * Mebibyte);

    private static IEnumerable<double> Calls(EncryptionEvent one) => (one.Data.GetValueOrDefault("kmsCalls") as object?[] ?? [])
        .OfType<IReadOnlyDictionary<string, object?>>()
        .Where(call => !call.ContainsKey("error"))
        .Select(call => call.GetValueOrDefault(Operation.Milliseconds))
        .OfType<double>();

    private static TimeSpan? MedianOf(double[] milliseconds)
    {
        Array.Sort(milliseconds);
        return milliseconds.Length == 0 ? null : TimeSpan.FromMilliseconds(milliseconds[milliseconds.Length / 2]);
    }

    // The work between two events of the same migration. Each says how much was done by then.
    private static double? SlownessOf(IEnumerable<EncryptionEvent> events)
    {
        (TimeSpan took, TimeSpan model) = (TimeSpan.Zero, TimeSpan.Zero);
        (string Id, DateTimeOffset Time, long Done, long Bytes)? before = null;
        foreach (EncryptionEvent one in events)
        {
            if (one.Data.GetValueOrDefault("migrationId") is not string id || one.Data.GetValueOrDefault("bytes") is not long bytes || one.Data.GetValueOrDefault("done") is not long done)
            {
                continue;
            }

            if (before is { } last && last.Id == id && done > last.Done && one.Time - last.Time <= LongestStep)
            {
                took += one.Time - last.Time;
                model += ModelOf(done - last.Done, bytes - last.Bytes);
            }

            before = (id, one.Time, done, bytes);
        }

        return took < ShortestWork ? null : took * Environment.ProcessorCount / model;
    }
}
