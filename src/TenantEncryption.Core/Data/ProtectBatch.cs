using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Keys;

namespace TenantEncryption.Data;

/// <summary>The files of one batch and how far each is. Disposing it removes the temporary files that have no name yet.</summary>
internal sealed class ProtectBatch(FileRequest[] files, int first, ReservedWraps reserved) : IDisposable
{
    private readonly FileOutcome<ProtectedFile>?[] _outcomes = new FileOutcome<ProtectedFile>?[files.Length];
    private readonly OutputFile?[] _outputs = new OutputFile?[files.Length];
    private readonly WrittenFile?[] _written = new WrittenFile?[files.Length];
    private readonly SourceState?[] _sources = new SourceState?[files.Length];
    private readonly bool[] _named = new bool[files.Length];
    private int _wrapped;

    /// <summary>The files, in order.</summary>
    public IReadOnlyList<FileRequest> Files => files;

    /// <summary>The number of its first file among those of the command.</summary>
    public int First => first;

    /// <summary>How many of the files were taken, from the first on; the others are for the next batch.</summary>
    public int Taken { get; set; } = files.Length;

    /// <summary>The keys under which the batch is written.</summary>
    public TenantKeyState State => reserved.State;

    /// <summary>The encryption context of every message of the batch.</summary>
    public EncryptionContext Context => reserved.Context;

    /// <summary>The right to wrap.</summary>
    public WrapReservation Reservation => reserved.Reservation;

    /// <summary>The wraps that were made.</summary>
    public long Wrapped => Volatile.Read(ref _wrapped);

    /// <summary>Whether the reservation was closed with the batch's confirmation.</summary>
    public bool Closed { get; private set; }

    /// <summary>The plaintext bytes of the files that have their names.</summary>
    public long Bytes => NamedIndexes.Sum(index => _written[index]!.Length);

    /// <summary>How many files failed.</summary>
    public int FailedCount => _outcomes.Count(outcome => outcome?.Error is not null);

    /// <summary>The files whose messages are complete.</summary>
    public IEnumerable<int> WrittenIndexes => Enumerable.Range(0, Taken).Where(index => _written[index] is not null);

    /// <summary>The files that have their names.</summary>
    public IEnumerable<int> NamedIndexes => Enumerable.Range(0, Taken).Where(index => _named[index]);

    /// <summary>The files that keep their names even if the power fails.</summary>
    public IEnumerable<int> DurableIndexes => NamedIndexes.Where(index => _outcomes[index]?.Error is null);

    /// <summary>The folders in which files took their names.</summary>
    public IEnumerable<string> NamedFolders => NamedIndexes.Select(index => _outputs[index]!.Folder).Distinct(StringComparer.Ordinal);

    /// <summary>The destinations of the complete messages that could not take their names.</summary>
    public IReadOnlyList<string> UnnamedPaths => [.. WrittenIndexes.Where(index => !_named[index]).Select(index => files[index].Destination)];

    /// <summary>How each file went, in the order of the files.</summary>
    public IReadOnlyList<FileOutcome<ProtectedFile>> Outcomes => [.. Enumerable.Range(0, Taken).Select(OutcomeOf)];

    /// <summary>The output of a file.</summary>
    public OutputFile Output(int index) => _outputs[index]!;

    /// <summary>What a file's source was when it was opened.</summary>
    public SourceState? SourceOf(int index) => _sources[index];

    /// <summary>Notes what a file's source is as it is opened.</summary>
    public void NoteSource(int index, SourceState? source) => _sources[index] = source;

    /// <summary>The message id of a complete message.</summary>
    public string MessageIdOf(int index) => _written[index]!.MessageId;

    /// <summary>Gives all names back: the key of the messages is gone.</summary>
    public void WithdrawAll()
    {
        foreach (int index in NamedIndexes.ToArray())
        {
            _named[index] = false;
            string path = files[index].Destination;
            Fail(
                index,
                FileFailure.Catch(path, "removed", _outputs[index]!.Withdraw)
                    ?? new TenantEncryptionException(ErrorCodes.LeaseLost, $"The key of '{path}' was removed while it was written."));
        }
    }

    /// <summary>Gives up some complete messages, from the last on, before they have names: the store has no room to take note of them.</summary>
    /// <returns>Whether there were any.</returns>
    public bool GiveUpUnnamed(TenantEncryptionException cause) => GiveUp(WrittenIndexes, cause, index =>
    {
        _written[index] = null;
        _outputs[index]!.Dispose();
        return null;
    });

    /// <summary>Gives up some messages that have their names, from the last on, but none that may have replaced another file: that can't be had back.</summary>
    /// <returns>Whether there were any.</returns>
    public bool GiveUpNamed(TenantEncryptionException cause) =>
        GiveUp(NamedIndexes.Where(index => !_outputs[index]!.Replaces), cause, index =>
        {
            _named[index] = false;
            return FileFailure.Catch(files[index].Destination, "removed", _outputs[index]!.Withdraw);
        });

    /// <summary>Takes over a file's output.</summary>
    public void Own(int index, OutputFile output) => _outputs[index] = output;

    /// <summary>Counts a wrap.</summary>
    public void NoteWrapped() => Interlocked.Increment(ref _wrapped);

    /// <summary>Notes that the reservation is closed.</summary>
    public void NoteClosed() => Closed = true;

    /// <summary>Notes that a file's message is complete and on the disk.</summary>
    public void Written(int index, WrittenMessage message, TimeSpan elapsed) =>
        _written[index] = new WrittenFile(Hex.Of(message.MessageId.Span), message.PlaintextLength, elapsed);

    /// <summary>Notes that a file has its name.</summary>
    public void Named(int index) => _named[index] = true;

    /// <summary>Notes that a file is left alone.</summary>
    public void Skip(int index, string why) => _outcomes[index] = new FileOutcome<ProtectedFile> { Source = files[index].Source, Skipped = why };

    /// <summary>Notes that a file failed.</summary>
    public void Fail(int index, TenantEncryptionException error) => _outcomes[index] = FileOutcome<ProtectedFile>.Failed(files[index].Source, error);

    /// <summary>Notes that the names in a folder may not outlast a loss of power.</summary>
    public void FailNamesIn(string folder, TenantEncryptionException error)
    {
        foreach (int index in NamedIndexes.Where(index => _outputs[index]!.Folder == folder))
        {
            Fail(index, new TenantEncryptionException(
                error.Code, $"'{files[index].Destination}' was written, but may not outlast a loss of power. {error.Detail}", error));
        }
    }

    /// <summary>Notes what the user should know of a file that went well.</summary>
    public void Warn(int index, string warning) => _outcomes[index] = OutcomeOf(index) with { Warning = warning };

    /// <summary>The catalog entries of the complete messages.</summary>
    public IReadOnlyList<CatalogEntry> Entries(DateTimeOffset now) => EntriesOf(WrittenIndexes, now);

    /// <summary>The catalog entries of the messages that have their names.</summary>
    public IReadOnlyList<CatalogEntry> NamedEntries(DateTimeOffset now) => EntriesOf(NamedIndexes, now);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OutputFile? output in _outputs)
        {
            output?.Dispose();
        }
    }

    private bool GiveUp(IEnumerable<int> indexes, TenantEncryptionException cause, Func<int, TenantEncryptionException?> remove)
    {
        // What the store needs for some hundred entries; where it is not enough, more follows.
        const long Room = 128 << 10;
        long freed = 0;
        foreach (int index in indexes.Reverse().ToArray())
        {
            if (freed >= Room)
            {
                break;
            }

            freed += Math.Max(_written[index]!.Length, 1);
            Fail(index, remove(index) ?? new TenantEncryptionException(
                ErrorCodes.StorageFailed,
                $"'{files[index].Destination}' was given up, as the store had no room to take note of it: {cause.Detail}",
                cause));
        }

        return freed > 0;
    }

    private List<CatalogEntry> EntriesOf(IEnumerable<int> indexes, DateTimeOffset now) =>
    [
        .. indexes.Select(index => new CatalogEntry
        {
            MessageId = MessageIdOf(index),
            TenantId = State.Tenant.TenantId,
            Path = files[index].Destination,
            KekId = Reservation.KekId,
            DirectProviderId = Reservation.KekId is null ? Reservation.ProviderId : null,
            Length = _written[index]!.Length,
            CreatedAt = now,
        }),
    ];

    private FileOutcome<ProtectedFile> OutcomeOf(int index) => _outcomes[index] ?? new FileOutcome<ProtectedFile>
    {
        Source = files[index].Source,
        Result = new ProtectedFile
        {
            Path = files[index].Destination,
            Source = files[index].Source,
            TenantId = State.Tenant.TenantId,
            MessageId = MessageIdOf(index),
            KekId = Reservation.KekId,
            Length = _written[index]!.Length,
            Elapsed = _written[index]!.Elapsed,
        },
    };

    private sealed record WrittenFile(string MessageId, long Length, TimeSpan Elapsed);
}
