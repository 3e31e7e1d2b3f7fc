using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Newtonsoft.Json.Linq;
using TenantEncryption.Data.Files;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Journal;
using TenantEncryption.Keys;

namespace TenantEncryption.Data;

/// <summary>
/// Protects files in batches. Each batch reserves its wraps, writes temporary files, has them catalogued as Pending, gives them
/// their names and confirms them: three transactions a batch. A batch whose keys changed meanwhile is written again.
/// </summary>
internal sealed class FileProtector(
    ChangeJournal journal,
    KeyReservations reservations,
    MaterialsSource materials,
    MessageWriter writer,
    FileReader fileReader,
    IFileEffects effects,
    TimeProvider time)
{
    private const int BatchSize = 256;
    private const long LargeFile = 4L << 20;
    private const int Attempts = 3;

    /// <summary>Protects files; those that fail don't stop the rest.</summary>
    public async IAsyncEnumerable<FileOutcome<ProtectedFile>> ProtectAsync(
        Operation operation,
        string tenantId,
        IReadOnlyList<FileRequest> files,
        ProtectOptions options,
        FileProgress progress,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (FileRequest[] chunk in files.Chunk((int)Math.Min(BatchSize, reservations.LargestBlock)))
        {
            foreach (FileOutcome<ProtectedFile> outcome in await ProtectBatchAsync(
                operation, tenantId, chunk, options, progress, cancellationToken).ConfigureAwait(false))
            {
                yield return outcome;
            }
        }
    }

    private async Task<IReadOnlyList<FileOutcome<ProtectedFile>>> ProtectBatchAsync(
        Operation operation,
        string tenantId,
        FileRequest[] files,
        ProtectOptions options,
        FileProgress progress,
        CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            TenantKeyState state = await reservations.RefreshAsync(tenantId, cancellationToken).ConfigureAwait(false);
            EncryptionContext context = TenantContext.Of(state.Tenant, options.EncryptionContext);
            WrapReservation? reservation = await reservations.ReserveAsync(
                operation, state, open: null, files.Length, report: null, cancellationToken).ConfigureAwait(false);
            if (reservation is null)
            {
                if (attempt < Attempts)
                {
                    continue;
                }

                throw new TenantEncryptionException(ErrorCodes.LeaseLost);
            }

            var batch = new ProtectBatch(files, state, context, reservation);
            try
            {
                await WriteAllAsync(operation, batch, options, progress, cancellationToken).ConfigureAwait(false);
                if (await CatalogueAsync(operation, batch, cancellationToken).ConfigureAwait(false))
                {
                    NameAll(batch);
                    await ConfirmAsync(operation, batch).ConfigureAwait(false);
                    if (options.RemoveSource)
                    {
                        await RemoveSourcesAsync(operation, batch, cancellationToken).ConfigureAwait(false);
                    }

                    return batch.Outcomes;
                }
            }
            finally
            {
                batch.Dispose();
                await CloseAsync(operation, batch).ConfigureAwait(false);
            }

            if (attempt == Attempts)
            {
                throw new TenantEncryptionException(ErrorCodes.LeaseLost);
            }
        }
    }

    // Small files are written side by side; a large one has its frames in parallel.
    private async Task WriteAllAsync(Operation operation, ProtectBatch batch, ProtectOptions options, FileProgress progress, CancellationToken cancellationToken)
    {
        int parallelism = options.DegreeOfParallelism > 0 ? options.DegreeOfParallelism : Environment.ProcessorCount;
        var small = new List<int>();
        for (int i = 0; i < batch.Files.Count; i++)
        {
            if (new FileInfo(batch.Files[i].Source) is { Exists: true, Length: >= LargeFile })
            {
                await WriteAsync(operation, batch, i, options, progress, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                small.Add(i);
            }
        }

        await Parallel.ForEachAsync(
            small,
            new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken },
            async (index, token) => await WriteAsync(operation, batch, index, options, progress, token).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task WriteAsync(
        Operation operation, ProtectBatch batch, int index, ProtectOptions options, FileProgress progress, CancellationToken cancellationToken)
    {
        FileRequest file = batch.Files[index];
        long begun = Stopwatch.GetTimestamp();
        try
        {
            RefuseSelf(file);
            using SafeFileHandle source = OpenSource(file.Source);
            batch.NoteSource(index, SourceState.Of(source));
            if (await FileFailure.TranslateAsync(file.Source, "read", () => IsMessageAsync(source, cancellationToken)).ConfigureAwait(false))
            {
                batch.Skip(index, "It is a message already.");
                return;
            }

            var output = new OutputFile(effects, file.Destination, options.Force);
            batch.Own(index, output);
            using MessageMaterials made = await materials.MakeAsync(operation, batch.State, batch.Context, cancellationToken).ConfigureAwait(false);
            batch.NoteWrapped();
            var writerOptions = new MessageWriterOptions
            {
                FrameLength = options.FrameLength ?? MessageWriterOptions.DefaultFrameLength,
                DegreeOfParallelism = options.DegreeOfParallelism,
            };
            WrittenMessage written = await FileFailure.TranslateAsync(
                file.Destination,
                "written",
                () => writer.WriteAsync(source, output.Handle, made, writerOptions, progress.Of(file.Source), cancellationToken)).ConfigureAwait(false);
            output.Flush();
            batch.Written(index, written, Stopwatch.GetElapsedTime(begun));
        }
        catch (TenantEncryptionException exception)
        {
            batch.Fail(index, exception);
        }
        finally
        {
            progress.FileDone(file.Source);
        }
    }

    private async Task<bool> CatalogueAsync(Operation operation, ProtectBatch batch, CancellationToken cancellationToken)
    {
        IReadOnlyList<CatalogEntry> entries = batch.Entries(time.GetUtcNow());
        return await journal.ChangeAsync(
            operation,
            async change =>
            {
                if (!await KeyReservations.IsValidAsync(change.Store, batch.Reservation).ConfigureAwait(false))
                {
                    return false;
                }

                await change.Store.Catalog.AddPendingAsync(entries).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private void NameAll(ProtectBatch batch)
    {
        foreach (int index in batch.WrittenIndexes)
        {
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
            FileFailure.Translate(folder, "flushed to disk", () =>
            {
                effects.FlushFolder(folder);
                return true;
            });
        }
    }

    // From here on the files have their names: the transaction must not be cancelled any more.
    private async Task ConfirmAsync(Operation operation, ProtectBatch batch)
    {
        if (!await TryConfirmAsync(operation, batch).ConfigureAwait(false))
        {
            batch.WithdrawAll();
            await TryConfirmAsync(operation, batch).ConfigureAwait(false);
        }
    }

    private Task<bool> TryConfirmAsync(Operation operation, ProtectBatch batch) =>
        journal.ChangeAsync(
            operation,
            async change =>
            {
                if (await change.Store.Keys.FindReservationAsync(batch.Reservation.Id).ConfigureAwait(false) is null
                    && !await CatalogueAgainAsync(change, batch).ConfigureAwait(false))
                {
                    return false;
                }

                await change.Store.Catalog.ConfirmAsync(batch.NamedMessageIds).ConfigureAwait(false);
                await change.Store.Catalog.RemoveAsync(batch.UnnamedMessageIds).ConfigureAwait(false);
                await change.Store.Keys.CloseReservationAsync(batch.Reservation, batch.UnusedWraps, batch.Wrapped).ConfigureAwait(false);
                batch.NoteClosed();
                if (batch.NamedMessageIds.Count + batch.FailedCount > 0)
                {
                    await change.RecordAsync(
                        EventTypes.DataProtected,
                        batch.State.Tenant.TenantId,
                        new JObject
                        {
                            ["files"] = batch.NamedMessageIds.Count,
                            ["bytes"] = batch.Bytes,
                            ["failed"] = batch.FailedCount,
                            ["kekId"] = batch.Reservation.KekId,
                            ["providerId"] = batch.Reservation.ProviderId,
                        }).ConfigureAwait(false);
                }

                return true;
            },
            CancellationToken.None);

    // This process was taken for dead after it catalogued: its entries may be gone, and then the key may be, too.
    private async Task<bool> CatalogueAgainAsync(Change change, ProtectBatch batch)
    {
        bool keyIsThere = batch.Reservation.KekId is { } kekId
            ? await change.Store.Keys.FindAsync(kekId).ConfigureAwait(false) is not null
            : await change.Store.Providers.FindAsync(batch.Reservation.ProviderId).ConfigureAwait(false) is not null;
        if (keyIsThere)
        {
            await change.Store.Catalog.RemoveAsync(batch.NamedMessageIds).ConfigureAwait(false);
            await change.Store.Catalog.AddPendingAsync(batch.NamedEntries(time.GetUtcNow())).ConfigureAwait(false);
        }

        return keyIsThere || batch.NamedMessageIds.Count == 0;
    }

    private async Task CloseAsync(Operation operation, ProtectBatch batch)
    {
        if (!batch.Closed)
        {
            await journal.ChangeAsync(
                operation,
                change => change.Store.Keys.CloseReservationAsync(batch.Reservation, batch.UnusedWraps, batch.Wrapped),
                CancellationToken.None).ConfigureAwait(false);
        }

        reservations.Release();
    }

    private async Task RemoveSourcesAsync(Operation operation, ProtectBatch batch, CancellationToken cancellationToken)
    {
        foreach (int index in batch.NamedIndexes)
        {
            FileRequest file = batch.Files[index];
            try
            {
                await fileReader.VerifyAsync(
                    operation, file.Destination, batch.State.Tenant.TenantId, batch.MessageIdOf(index), cancellationToken).ConfigureAwait(false);
                RefuseChanged(file.Source, batch.SourceOf(index));
                FileFailure.Translate(file.Source, "removed", () =>
                {
                    effects.Delete(file.Source);
                    return true;
                });
            }
            catch (TenantEncryptionException exception)
            {
                batch.Warn(index, $"The message was written, but its source stays: {exception.Detail}");
            }
        }
    }

    private SafeFileHandle OpenSource(string path) =>
        Directory.Exists(path)
            ? throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{path}' is a folder; a file is expected.")
            : FileFailure.Translate(path, "read", () => effects.OpenRead(path));

    // Removing what was written after it was read would lose it, and so would removing the message itself by another name.
    private static void RefuseChanged(string path, SourceState? read)
    {
        SourceState? now = FileFailure.Translate(path, "read", () =>
        {
            using SafeFileHandle source = File.OpenHandle(path);
            return SourceState.Of(source);
        });
        if (read is null || now != read)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{path}' is not what was read any more.");
        }
    }

    private static void RefuseSelf(FileRequest file)
    {
        if (string.Equals(file.Source, file.Destination, StringComparison.Ordinal))
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{file.Source}' is both input and output.");
        }
    }

    private static async Task<bool> IsMessageAsync(SafeFileHandle source, CancellationToken cancellationToken)
    {
        // What comes from a pipe can't be looked at and then read.
        if (!RegularFile.TryGetSourceLength(source, out _))
        {
            return false;
        }

        try
        {
            await MessageReader.ReadHeaderAsync(source, cancellationToken: cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TenantEncryptionException)
        {
            return false;
        }
    }
}
