using System.Runtime.CompilerServices;
using TenantEncryption.Changes;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Keys;

namespace TenantEncryption.Data;

/// <summary>
/// Protects files in batches. Each batch reserves its wraps, writes temporary files, has them catalogued as Pending, gives them
/// their names and confirms them: three transactions a batch. A batch whose keys changed meanwhile is written again.
/// </summary>
internal sealed class FileProtector(
    KeyReservations reservations, ProtectedFileWriter writer, CatalogWriter catalog, SourceRemover sources, IFileEffects effects)
{
    private const int Attempts = 3;

    private KeyReservations Reservations => reservations;

    private ProtectedFileWriter Writer => writer;

    private CatalogWriter Catalog => catalog;

    private SourceRemover Sources => sources;

    /// <summary>Protects files; those that fail don't stop the rest.</summary>
    public async IAsyncEnumerable<FileOutcome<ProtectedFile>> ProtectAsync(
        Operation operation,
        string tenantId,
        FileRequest[] files,
        ProtectOptions options,
        FileProgress progress,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int most = (int)Math.Min(FileBatches.Largest, reservations.LargestBlock);

        // Where a batch may use a key up, the next one's reservation rotates it: two at a time would make each other begin again.
        bool overlap = most == FileBatches.Largest;
        var ahead = new ReservationAhead(
            (wraps, stop) => ReserveAsync(operation, tenantId, wraps, options, stop), reserved => GiveUpAsync(operation, reserved.Reservation, wrapped: 0));
        await using ConfiguredAsyncDisposable disposed = ahead.ConfigureAwait(false);
        await foreach (FileOutcome<ProtectedFile> outcome in FileBatches.RunAsync(
            files.Length,
            (first, end) => new Run(
                this,
                operation,
                tenantId,
                files[first..Math.Min(first + most, end)],
                first,
                options,
                progress,
                ahead,
                wrapsAhead: overlap && end < files.Length ? most : 0),
            overlap,
            cancellationToken).ConfigureAwait(false))
        {
            yield return outcome;
        }
    }

    private async Task<ReservedWraps> ReserveAsync(
        Operation operation, string tenantId, int wraps, ProtectOptions options, CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            TenantKeyState state = await reservations.RefreshAsync(tenantId, cancellationToken).ConfigureAwait(false);
            EncryptionContext context = TenantContext.Of(state.Tenant, options.EncryptionContext);
            WrapReservation? reservation = await reservations.ReserveAsync(
                operation, state, open: null, wraps, report: null, cancellationToken).ConfigureAwait(false);
            if (reservation is not null)
            {
                return new ReservedWraps(state, context, reservation);
            }
        }

        throw new TenantEncryptionException(ErrorCodes.LeaseLost);
    }

    private async Task GiveUpAsync(Operation operation, WrapReservation reservation, long wrapped)
    {
        try
        {
            await catalog.CloseAsync(operation, reservation, wrapped).ConfigureAwait(false);
        }
        finally
        {
            reservations.Release();
        }
    }

    private void NameAll(ProtectBatch batch)
    {
        foreach (int index in batch.WrittenIndexes)
        {
            // What is not foreseen here leaves open whether the file has its name: its pending entry then stays, and recovery settles it.
            try
            {
                batch.Output(index).TakeName();
                batch.Named(index);
            }
            catch (TenantEncryptionException exception)
            {
                batch.Fail(index, exception);
            }
        }

        foreach (string folder in batch.NamedFolders)
        {
            try
            {
                FileFailure.Translate(folder, "flushed to disk", () =>
                {
                    effects.FlushFolder(folder);
                    return true;
                });
            }
            catch (TenantEncryptionException exception)
            {
                batch.FailNamesIn(folder, exception);
            }
        }
    }

    // One batch: as often as its keys change, it is written again.
    private sealed class Run(
        FileProtector owner,
        Operation operation,
        string tenantId,
        FileRequest[] files,
        int first,
        ProtectOptions options,
        FileProgress progress,
        ReservationAhead ahead,
        int wrapsAhead)
        : IFileBatch<FileOutcome<ProtectedFile>>
    {
        private ProtectBatch? _batch;

        public async Task<int> WorkAsync(CancellationToken cancellationToken)
        {
            _batch = new ProtectBatch(files, first, await ahead.TakeAsync(files.Length, cancellationToken).ConfigureAwait(false));
            if (wrapsAhead > 0)
            {
                ahead.Begin(wrapsAhead, cancellationToken);
            }

            return await owner.Writer.WriteAsync(operation, _batch, options, progress, toItsEnd: false, cancellationToken).ConfigureAwait(false);
        }

        public async Task<IReadOnlyList<FileOutcome<ProtectedFile>>> SettleAsync(CancellationToken cancellationToken)
        {
            for (int attempt = 1; !await owner.Catalog.AddPendingAsync(operation, _batch!).ConfigureAwait(false); attempt++)
            {
                FileRequest[] taken = [.. _batch!.Files.Take(_batch.Taken)];
                await DisposeAsync().ConfigureAwait(false);
                if (attempt == Attempts)
                {
                    throw new TenantEncryptionException(ErrorCodes.LeaseLost);
                }

                _batch = new ProtectBatch(
                    taken, first, await owner.ReserveAsync(operation, tenantId, taken.Length, options, cancellationToken).ConfigureAwait(false));
                await owner.Writer.WriteAsync(operation, _batch, options, progress, toItsEnd: true, cancellationToken).ConfigureAwait(false);
            }

            owner.NameAll(_batch!);

            // From here on the files have their names: the transaction must not be cancelled any more.
            await owner.Catalog.ConfirmAsync(operation, _batch!).ConfigureAwait(false);
            if (options.RemoveSource)
            {
                await owner.Sources.RemoveAsync(operation, _batch!, options.DegreeOfParallelism, cancellationToken).ConfigureAwait(false);
            }

            return _batch!.Outcomes;
        }

        public async ValueTask DisposeAsync()
        {
            if (_batch is not { } batch)
            {
                return;
            }

            _batch = null;
            batch.Dispose();
            if (batch.Closed)
            {
                owner.Reservations.Release();
                return;
            }

            await owner.GiveUpAsync(operation, batch.Reservation, batch.Wrapped).ConfigureAwait(false);
        }
    }
}
