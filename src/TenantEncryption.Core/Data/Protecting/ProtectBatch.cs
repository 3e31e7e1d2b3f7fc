using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;

namespace TenantEncryption.Data.Protecting;

/// <summary>The files of one batch and the right to wrap under which they are written. Disposing it removes the temporary files that have no name yet.</summary>
/// <param name="files">The files, in order.</param>
/// <param name="state">The keys under which the batch is written.</param>
/// <param name="context">The encryption context of every message.</param>
/// <param name="reservation">The right to wrap, in the epoch of those keys.</param>
internal sealed class ProtectBatch(IReadOnlyList<BatchFile> files, TenantKeyState state, EncryptionContext context, WrapReservation reservation) : IDisposable
{
    private int _wrapped;

    /// <summary>The files, in order.</summary>
    public IReadOnlyList<BatchFile> Files => files;

    /// <summary>How many of the files were taken, from the first on; the others are for the next batch.</summary>
    public int Taken { get; set; } = files.Count;

    /// <summary>The keys under which the batch is written.</summary>
    public TenantKeyState State => state;

    /// <summary>The encryption context of every message of the batch.</summary>
    public EncryptionContext Context => context;

    /// <summary>The right to wrap.</summary>
    public WrapReservation Reservation => reservation;

    /// <summary>The wraps that were made.</summary>
    public long Wrapped => Volatile.Read(ref _wrapped);

    /// <summary>The messages that the catalog knew, by their keys, under the names that the batch's own are to take: as it was before they took them, or was looked at since.</summary>
    public Dictionary<string, string> Known { get; set; } = [];

    /// <summary>Whether the reservation was closed with the batch's confirmation.</summary>
    public bool IsClosed { get; set; }

    /// <summary>The files that were taken.</summary>
    public IEnumerable<BatchFile> TakenFiles => files.Take(Taken);

    /// <summary>The files whose messages are complete.</summary>
    public IEnumerable<BatchFile> Written => TakenFiles.Where(file => file.Written is not null);

    /// <summary>The files that have their names.</summary>
    public IEnumerable<BatchFile> Named => TakenFiles.Where(file => file.IsNamed);

    /// <summary>The files that keep their names even if the power fails.</summary>
    public IEnumerable<BatchFile> Durable => TakenFiles.Where(file => file.IsDurable);

    /// <summary>How many files failed.</summary>
    public int FailedCount => files.Count(file => file.Error is not null);

    /// <summary>How each file went, in the order of the files.</summary>
    public IReadOnlyList<FileOutcome<ProtectedFile>> Outcomes => [.. TakenFiles.Select(file => file.Outcome(state.Tenant.TenantId, reservation.KekId))];

    /// <summary>Counts a wrap.</summary>
    public void NoteWrapped() => Interlocked.Increment(ref _wrapped);

    /// <summary>Gives all names back: the key of the messages is gone.</summary>
    public async Task WithdrawAllAsync()
    {
        foreach (BatchFile file in Named.ToArray())
        {
            file.Fail(await file.WithdrawAsync().ConfigureAwait(false) ?? new TenantEncryptionException(ErrorCodes.LeaseLost, $"The key of '{file.Request.Destination}' was removed while it was written."));
        }
    }

    /// <summary>Gives up some complete messages, from the last on, before they have names: the store has no room to take note of them.</summary>
    /// <returns>Whether there were any.</returns>
    public bool GiveUpUnnamed(TenantEncryptionException cause) => GiveUp(Written, cause, file =>
    {
        file.Drop();
        return null;
    });

    /// <summary>Gives up some messages that have their names, from the last on, but none that may have replaced another file: that can't be had back.</summary>
    /// <returns>Whether there were any.</returns>
    public bool GiveUpNamed(TenantEncryptionException cause) => GiveUp(Named.Where(file => file.Output is { Replaces: false }), cause, file => file.Withdraw());

    /// <summary>Notes that the names in a folder may not outlast a loss of power.</summary>
    public void FailNamesIn(string folder, TenantEncryptionException error)
    {
        foreach (BatchFile file in Named.Where(file => file.Output!.Folder == folder))
        {
            file.Fail(new TenantEncryptionException(
                error.Code, $"'{file.Request.Destination}' was written, but may not outlast a loss of power. {error.Detail}", error));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (BatchFile file in files)
        {
            file.Dispose();
        }
    }

    private static bool GiveUp(IEnumerable<BatchFile> files, TenantEncryptionException cause, Func<BatchFile, TenantEncryptionException?> remove)
    {
        // What the store needs for some hundred entries; where it is not enough, more follows.
        const long Room = 128 << 10;
        long freed = 0;
        foreach (BatchFile file in files.Reverse().ToArray())
        {
            if (freed >= Room)
            {
                break;
            }

            freed += Math.Max(file.Written!.Length, 1);
            file.Fail(remove(file) ?? new TenantEncryptionException(
                ErrorCodes.StorageFailed,
                $"'{file.Request.Destination}' was given up, as the store had no room to take note of it: {cause.Detail}",
                cause));
        }

        return freed > 0;
    }
}
