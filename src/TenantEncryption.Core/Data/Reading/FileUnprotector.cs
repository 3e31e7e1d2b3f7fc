using System.Diagnostics;
using System.Runtime.CompilerServices;
using TenantEncryption.Changes;
using TenantEncryption.Data.Batches;
using TenantEncryption.Envelope;
using TenantEncryption.Events;
using TenantEncryption.Files;

namespace TenantEncryption.Data.Reading;

/// <summary>
/// Writes the plaintext of message files, in batches: temporary files first, side by side; when all of a batch are verified to their last
/// bytes and on the disk, each takes its name, and each folder is flushed once.
/// </summary>
internal sealed class FileUnprotector(UnitOfWork work, TenantMessageReader reader, IFileEffects effects, TimeProvider time)
{
    /// <summary>Unprotects files; those that fail don't stop the rest.</summary>
    public async IAsyncEnumerable<FileOutcome<UnprotectedFile>> UnprotectAsync(
        Operation operation,
        FileRequest[] files,
        UnprotectOptions options,
        ReadTally tally,
        FileProgress progress,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // All of a command's files are told of at once: each may be one of any tenant.
        using var intents = new ReadIntents(work, "files", files.Length, files.Length, isOneCommand: true);
        IAsyncEnumerable<FileOutcome<UnprotectedFile>> outcomes = FileBatches.RunAsync(
            new PlannedSupply<FileOutcome<UnprotectedFile>>(
                files.Length,
                (first, end) => new CountedBatch<FileOutcome<UnprotectedFile>>(
                    new Run(reader, effects, time, operation, files[first..end], first, options, intents, tally, progress), FileOutcomeCount.Count)),
            overlap: true,
            cancellationToken);
        await foreach (FileOutcome<UnprotectedFile> outcome in outcomes.ConfigureAwait(false))
        {
            yield return outcome;
        }
    }

    private sealed class Run(
        TenantMessageReader reader,
        IFileEffects effects,
        TimeProvider time,
        Operation operation,
        FileRequest[] files,
        int first,
        UnprotectOptions options,
        ReadIntents intents,
        ReadTally tally,
        FileProgress progress)
        : IFileBatch<FileOutcome<UnprotectedFile>>
    {
        private readonly OutputFile?[] _outputs = new OutputFile?[files.Length];
        private readonly MessageMark?[] _marks = new MessageMark?[files.Length];
        private readonly UnprotectedFile?[] _read = new UnprotectedFile?[files.Length];
        private readonly string?[] _warnings = new string?[files.Length];
        private readonly TenantEncryptionException?[] _errors = new TenantEncryptionException?[files.Length];
        private readonly FileTurns _turns = new(files.Length, options.DegreeOfParallelism);
        private int _taken;

        public async Task<int> WorkAsync(CancellationToken cancellationToken)
        {
            long begun = time.GetTimestamp();
            return _taken = await FileWorkers.RunAsync(
                files.Length,
                options.DegreeOfParallelism,
                isEnough: () => time.GetElapsedTime(begun) >= FileBatches.LongestWork,
                index => ReadAsync(index, cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }

        public async Task<IReadOnlyList<FileOutcome<UnprotectedFile>>> SettleAsync(CancellationToken cancellationToken)
        {
            string?[] substitutions = await reader.FindSubstitutionsAsync(
                _taken, index => new SeenFile(files[index].Source, _read[index]?.MessageId, _marks[index]), ReadAgainAsync).ConfigureAwait(false);
            for (int index = 0; index < _taken; index++)
            {
                if (_read[index] is not null)
                {
                    Name(index, substitutions[index]);
                }
            }

            foreach (IGrouping<string, int> folder in Enumerable.Range(0, _taken).Where(index => _read[index] is not null).GroupBy(index => _outputs[index]!.Folder))
            {
                FlushFolder(folder);
            }

            return [.. Enumerable.Range(0, _taken).Select(OutcomeOf)];
        }

        public ValueTask DisposeAsync()
        {
            foreach (OutputFile? output in _outputs)
            {
                output?.Dispose();
            }

            _turns.Dispose();
            return ValueTask.CompletedTask;
        }

        private ValueTask ReadAgainAsync(int index)
        {
            _outputs[index]!.Dispose();
            _read[index] = null;
            return ReadAsync(index, CancellationToken.None);
        }

        private async ValueTask ReadAsync(int index, CancellationToken cancellationToken)
        {
            FileRequest file = files[index];
            if (await FileFailure.CatchAsync(file.Destination, "written", () => ReadAsync(index, file, cancellationToken), cancellationToken).ConfigureAwait(false) is { } failure)
            {
                Fail(index, failure);
            }

            progress.FileDone(first + index);
        }

        private async ValueTask ReadAsync(int index, FileRequest file, CancellationToken cancellationToken)
        {
            long begun = Stopwatch.GetTimestamp();
            OpenMessage source = await reader.OpenAsync(file, cancellationToken).ConfigureAwait(false);
            await using ConfiguredAsyncDisposable disposed = source.ConfigureAwait(false);
            _marks[index] = source.Mark;
            using FileTurn turn = await _turns.TakeAsync(source.Length, cancellationToken).ConfigureAwait(false);
            OutputFile.RefuseExisting(file, options.Force);
            OutputFile output = _outputs[index] = new OutputFile(effects, file.Destination, options.Force);
            using TenantKeyring keyring = reader.NewKeyring(operation, options, intents);
            ReadMessage read = await reader.ReadAsync(
                source,
                output.Handle,
                keyring,
                options with { DegreeOfParallelism = turn.DegreeOfParallelism },
                progress.Of(first + index),
                cancellationToken).ConfigureAwait(false);
            output.Flush();
            _read[index] = new UnprotectedFile
            {
                Path = file.Destination,
                Source = file.Source,
                TenantId = keyring.Tenant?.TenantId,
                MessageId = Convert.ToHexStringLower(read.Header.MessageId.Span),
                Length = read.PlaintextLength,
                Elapsed = Stopwatch.GetElapsedTime(begun),
            };
        }

        private void Name(int index, string? substitution)
        {
            TenantEncryptionException? failure = FileFailure.Catch(files[index].Destination, "written", () =>
            {
                _warnings[index] = TenantMessageReader.Judge(substitution, options);
                _outputs[index]!.TakeName();
            });
            if (failure is not null)
            {
                Fail(index, failure);
            }
        }

        private void FlushFolder(IGrouping<string, int> folder)
        {
            if (FileFailure.Catch(folder.Key, "flushed to disk", () => effects.FlushFolder(folder.Key)) is { } failure)
            {
                foreach (int index in folder)
                {
                    Fail(index, failure);
                }
            }
        }

        private void Fail(int index, TenantEncryptionException error)
        {
            _outputs[index]?.Dispose();
            (_read[index], _warnings[index], _errors[index]) = (null, null, error);
        }

        private FileOutcome<UnprotectedFile> OutcomeOf(int index)
        {
            UnprotectedFile? read = _read[index];
            tally.File(EventTypes.DataUnprotected, read?.TenantId ?? options.TenantId, read?.Length ?? 0, read is null);
            return _errors[index] is { } error
                ? FileOutcome<UnprotectedFile>.Failed(files[index].Source, error)
                : new FileOutcome<UnprotectedFile> { Source = files[index].Source, Result = read, Warning = _warnings[index] };
        }
    }
}
