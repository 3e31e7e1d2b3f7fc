using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using TenantEncryption.Files;

namespace TenantEncryption.Sqlite.Connections;

/// <summary>
/// Lines up the writers of one process to one database file, so that they wait without polling; SQLite's own lock keeps other
/// processes out. What leads to a file by another way, as through a link, has another gate, which costs polling and nothing else.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A gate lives as long as the process, and its semaphore has no wait handle.")]
internal sealed class WriterGate
{
    private static readonly ConcurrentDictionary<string, WriterGate> ByPath = new(PathIdentity.Comparer);

    private readonly SemaphoreSlim _semaphore = new(1, 1);

    private WriterGate()
    {
    }

    /// <summary>The gate of a path, the same one for every store in the process.</summary>
    public static WriterGate Of(string path) => ByPath.GetOrAdd(path, _ => new WriterGate());

    /// <summary>Waits to be the only writer of the process.</summary>
    /// <returns>Whether it is so; <see langword="false"/> when the time was up.</returns>
    public Task<bool> EnterAsync(TimeSpan timeout, CancellationToken cancellationToken) => _semaphore.WaitAsync(timeout, cancellationToken);

    /// <summary>Lets the next writer in.</summary>
    public void Leave() => _semaphore.Release();
}
