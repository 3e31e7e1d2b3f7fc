using TenantEncryption.Changes;

namespace TenantEncryption.Migration;

/// <summary>Looks in the store, several times a second, whether another process asked for a migration that runs here to be suspended or stopped, and cancels it then.</summary>
internal sealed class RequestWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    private readonly UnitOfWork _work;
    private readonly string _migrationId;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _asked;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _watching;

    public RequestWatch(UnitOfWork work, string migrationId, TimeProvider time, CancellationToken cancellationToken)
    {
        (_work, _migrationId, _time) = (work, migrationId, time);
        _asked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _watching = WatchAsync();
    }

    /// <summary>Cancelled when it was asked, or the caller's own token is.</summary>
    public CancellationToken Token => _asked.Token;

    /// <summary>What was asked.</summary>
    public MigrationState? Request { get; private set; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _ended.Dispose();
        _asked.Dispose();
    }

    private async Task WatchAsync()
    {
        while (Request is null)
        {
            try
            {
                await Task.Delay(Interval, _time, _ended.Token).ConfigureAwait(false);
                Request = (await _work.ReadAsync(transaction => transaction.Migrations.FindAsync(_migrationId), _ended.Token).ConfigureAwait(false))?.Requested;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (TenantEncryptionException)
            {
                // The next look may find it.
            }
        }

        await _asked.CancelAsync().ConfigureAwait(false);
    }
}
