using System.Collections.Concurrent;
using TenantEncryption.Stores;

namespace TenantEncryption.PostgreSql.Connections;

/// <summary>
/// Lines up the writers of one process to one tenant, so that they wait without a connection each; the row of the tenant's chain keeps other processes out.
/// </summary>
internal sealed class WriterGates
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _gates = new(StringComparer.Ordinal);

    /// <summary>Waits to be the only writer of the process to what is changed.</summary>
    /// <returns>What lets the next one in; <see langword="null"/> when the time was up.</returns>
    public async Task<Action?> EnterAsync(StoreScope scope, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // A chain's name is not 'all': no tenant id has a space.
        if ((scope.IsAll ? " all" : scope.Chain) is not { } name)
        {
            return static () => { };
        }

        SemaphoreSlim gate = _gates.GetOrAdd(name, _ => new SemaphoreSlim(1, 1));
        return await gate.WaitAsync(timeout, cancellationToken).ConfigureAwait(false) ? () => gate.Release() : null;
    }
}
