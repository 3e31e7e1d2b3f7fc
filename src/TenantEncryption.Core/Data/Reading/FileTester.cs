using System.Runtime.CompilerServices;
using TenantEncryption.Changes;
using TenantEncryption.Data.Batches;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Files;

namespace TenantEncryption.Data.Reading;

/// <summary>Verifies every byte of message files, side by side. Being altered is a result; being unreadable an error.</summary>
internal sealed class FileTester(TenantMessageReader reader, TimeProvider time)
{
    /// <summary>Tests files; those that can't be judged don't stop the rest.</summary>
    public IAsyncEnumerable<FileOutcome<MessageTestResult>> TestAsync(
        Operation operation,
        FileRequest[] files,
        UnprotectOptions options,
        ReadTally tally,
        FileProgress progress,
        CancellationToken cancellationToken) =>
        FileBatches.RunAsync(
            new PlannedSupply<FileOutcome<MessageTestResult>>(
                files.Length,
                (first, end) => new Run(reader, time, operation, files[first..end], first, options, tally, progress)),
            overlap: true,
            cancellationToken);

    private sealed class Run(
        TenantMessageReader reader,
        TimeProvider time,
        Operation operation,
        FileRequest[] files,
        int first,
        UnprotectOptions options,
        ReadTally tally,
        FileProgress progress)
        : IFileBatch<FileOutcome<MessageTestResult>>
    {
        private readonly FileOutcome<MessageTestResult>[] _outcomes = new FileOutcome<MessageTestResult>[files.Length];
        private readonly MessageMark?[] _marks = new MessageMark?[files.Length];
        private readonly FileTurns _turns = new(files.Length, options.DegreeOfParallelism);
        private int _taken;

        public async Task<int> WorkAsync(CancellationToken cancellationToken)
        {
            long begun = time.GetTimestamp();
            return _taken = await FileWorkers.RunAsync(
                files.Length,
                options.DegreeOfParallelism,
                isEnough: () => time.GetElapsedTime(begun) >= FileBatches.LongestWork,
                index => TestAsync(index, cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }

        public async Task<IReadOnlyList<FileOutcome<MessageTestResult>>> SettleAsync(CancellationToken cancellationToken)
        {
            string?[] substitutions = await reader.FindSubstitutionsAsync(
                _taken,
                index => new SeenFile(files[index].Source, _outcomes[index].Result is { Success: true } read ? read.MessageId : null, _marks[index]),
                index => TestAsync(index, CancellationToken.None)).ConfigureAwait(false);
            for (int index = 0; index < _taken; index++)
            {
                Judge(index, substitutions[index]);
                MessageTestResult? result = _outcomes[index].Result;
                tally.File(EventTypes.DataTested, result?.TenantId ?? options.TenantId, result?.Length ?? 0, failed: result is not { Success: true });
            }

            return new ArraySegment<FileOutcome<MessageTestResult>>(_outcomes, 0, _taken);
        }

        public ValueTask DisposeAsync()
        {
            _turns.Dispose();
            return ValueTask.CompletedTask;
        }

        private async ValueTask TestAsync(int index, CancellationToken cancellationToken)
        {
            string path = files[index].Source;
            if (await FileFailure.CatchAsync(path, "read", () => VerifyAsync(index, cancellationToken), cancellationToken).ConfigureAwait(false) is { } failure)
            {
                _outcomes[index] = FileOutcome<MessageTestResult>.Failed(path, failure);
            }

            progress.FileDone(first + index);
        }

        private async ValueTask VerifyAsync(int index, CancellationToken cancellationToken)
        {
            OpenMessage source = await reader.OpenAsync(files[index], cancellationToken).ConfigureAwait(false);
            await using ConfiguredAsyncDisposable disposed = source.ConfigureAwait(false);
            _marks[index] = source.Mark;
            using FileTurn turn = await _turns.TakeAsync(source.Length, cancellationToken).ConfigureAwait(false);
            UnprotectOptions how = options with { DegreeOfParallelism = turn.DegreeOfParallelism };
            _outcomes[index] = await VerifyAsync(index, source, how, cancellationToken).ConfigureAwait(false);
        }

        private async Task<FileOutcome<MessageTestResult>> VerifyAsync(
            int index, OpenMessage source, UnprotectOptions how, CancellationToken cancellationToken)
        {
            string path = files[index].Source;
            using TenantKeyring keyring = reader.NewKeyring(operation, options);
            try
            {
                ReadMessage read = await reader.ReadAsync(source, null, keyring, how, progress.Of(first + index), cancellationToken).ConfigureAwait(false);
                return Of(path, new MessageTestResult
                {
                    Path = path,
                    Code = ErrorCodes.Success,
                    TenantId = keyring.Tenant?.TenantId,
                    MessageId = Convert.ToHexStringLower(read.Header.MessageId.Span),
                    Length = read.PlaintextLength,
                });
            }
            catch (TenantEncryptionException exception) when (!TenantMessageReader.IsInability(exception))
            {
                return Of(path, new MessageTestResult { Path = path, Code = exception.Code, Detail = exception.Detail, TenantId = keyring.Tenant?.TenantId });
            }
        }

        // Where the caller is strict, another message than the catalog's is a failed test.
        private void Judge(int index, string? substitution)
        {
            FileOutcome<MessageTestResult> outcome = _outcomes[index];
            try
            {
                _outcomes[index] = substitution is null ? outcome : outcome with { Warning = TenantMessageReader.Judge(substitution, options) };
            }
            catch (TenantEncryptionException exception)
            {
                string path = files[index].Source;
                _outcomes[index] = Of(
                    path,
                    new MessageTestResult { Path = path, Code = exception.Code, Detail = exception.Detail, TenantId = outcome.Result?.TenantId });
            }
        }

        private static FileOutcome<MessageTestResult> Of(string path, MessageTestResult result) => new() { Source = path, Result = result };
    }
}
