using TenantEncryption.Data.Batches;
using TenantEncryption.Data.Reading;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Stores;

namespace TenantEncryption.Data.Cataloguing;

/// <summary>
/// Some of the files: their headers are read and compared with the catalog. Where id and path agree, that is all. The rest is verified, and settled in a
/// transaction for each tenant.
/// </summary>
internal sealed class CatalogBatch(CatalogWork work, CatalogRun run, FileRequest[] files, int first, FileProgress progress) : IFileBatch<FileOutcome<CatalogChange>>
{
    // At a file and then at the catalog: a writer that comes in between each time is a rare one.
    private const int Looks = 3;

    private readonly CatalogFile[] _files = Array.ConvertAll(files, file => new CatalogFile(file, work.Space.KeyOf(work.Space.NameOf(file.Source))));
    private int _taken;

    /// <inheritdoc/>
    public async Task<int> WorkAsync(CancellationToken cancellationToken)
    {
        long begun = work.Time.GetTimestamp();
        _taken = await FileWorkers.RunAsync(
            _files.Length,
            run.Options.DegreeOfParallelism,
            isEnough: () => work.Time.GetElapsedTime(begun) >= FileBatches.LongestWork,
            async index =>
            {
                await _files[index].ReadAsync(work, cancellationToken).ConfigureAwait(false);
                progress.FileDone(first + index);
            },
            cancellationToken).ConfigureAwait(false);
        CatalogFile[] unclear = [.. Taken];
        for (int look = 0; unclear.Length > 0 && look < Looks; look++)
        {
            if (look > 0)
            {
                foreach (CatalogFile file in unclear)
                {
                    await file.ReadAsync(work, cancellationToken).ConfigureAwait(false);
                }
            }

            await LookUpAsync(Array.FindAll(unclear, file => file.IsLegible || file.IsInUse), cancellationToken).ConfigureAwait(false);
            unclear = Array.FindAll(unclear, file => file.IsUnclear);
        }

        CatalogFile[] unknown = [.. Taken.Where(file => !IsJudged(file))];
        await FileWorkers.RunAsync(
            unknown.Length,
            run.Options.DegreeOfParallelism,
            isEnough: () => false,
            index => VerifyAsync(unknown[index], cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return _taken;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FileOutcome<CatalogChange>>> SettleAsync(CancellationToken cancellationToken)
    {
        foreach (IGrouping<string, CatalogFile> tenant in Taken.Where(file => file.Verified is not null).GroupBy(file => file.Verified!.TenantId).ToArray())
        {
            CatalogFile[] verified = [.. tenant];
            TenantEncryptionException? failure = null;
            try
            {
                await new CatalogChanges(work, run, tenant.Key).ApplyAsync(verified).ConfigureAwait(false);
            }
            catch (TenantEncryptionException exception) when (!SessionKeeper.IsOfStore(exception))
            {
                // The state of one tenant is nothing to the others.
                failure = exception;
            }

            if (failure is not null)
            {
                Array.ForEach(verified, file => file.Fail(failure));
            }
        }

        foreach (CatalogFile file in Taken)
        {
            bool isFollowed = file.Change?.Status is CatalogChangeStatus.New or CatalogChangeStatus.Moved && !run.Options.IsRehearsal;
            if (file.MessageId is { } messageId && (file.Error is not null || (file.Change is not null && !isFollowed)))
            {
                run.NoteElsewhere(messageId);
            }
        }

        return [.. Taken.Select(OutcomeOf)];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private IEnumerable<CatalogFile> Taken => _files.Take(_taken);

    private static FileOutcome<CatalogChange> OutcomeOf(CatalogFile file) => file.Error is { } error
        ? FileOutcome<CatalogChange>.Failed(file.Path, error)
        : new FileOutcome<CatalogChange> { Source = file.Path, Result = file.Change };

    private Task LookUpAsync(CatalogFile[] looked, CancellationToken cancellationToken) => work.Work.ReadAsync(
        async transaction =>
        {
            IReadOnlyDictionary<string, string> ids = await transaction.Catalog.FindMessageIdsAsync(
                work.Space.Address, Array.ConvertAll(looked, file => file.Key)).ConfigureAwait(false);
            foreach (CatalogFile file in looked)
            {
                file.KnownId = ids.GetValueOrDefault(file.Key);
                if (run.Options.TenantId is not null && file.KnownId is not null)
                {
                    file.KnownTenantId = (await transaction.Catalog.FindAsync(work.Space.Address, file.Key).ConfigureAwait(false))?.TenantId;
                }
            }

            CatalogFile[] used = Array.FindAll(looked, file => file.IsInUse);
            if (used.Length > 0)
            {
                HashSet<string> writing = [.. await transaction.Catalog.FindPendingKeysAsync(work.Space.Address, Array.ConvertAll(used, file => file.Key)).ConfigureAwait(false)];
                Array.ForEach(used, file => file.IsPending = writing.Contains(file.Key));
            }

            CatalogFile[] unknown = Array.FindAll(looked, file => file.MessageId is not null && file.MessageId != file.KnownId);
            if (unknown.Length == 0)
            {
                return;
            }

            string[] unknownIds = Array.ConvertAll(unknown, file => file.MessageId!);
            HashSet<string> pending = [.. await transaction.Catalog.FindPendingAsync(unknownIds).ConfigureAwait(false)];
            Dictionary<string, CatalogEntry> entries = (await transaction.Catalog.FindMessagesAsync(unknownIds).ConfigureAwait(false)).DistinctBy(entry => entry.MessageId).ToDictionary(entry => entry.MessageId);
            foreach (CatalogFile file in unknown)
            {
                file.IsPending = pending.Contains(file.MessageId!);
                file.Elsewhere = entries.GetValueOrDefault(file.MessageId!);
            }
        },
        cancellationToken);

    // What needs no look at a key.
    private bool IsJudged(CatalogFile file)
    {
        if (file.IsPending)
        {
            file.Settle();
            run.NoteUnchanged();
            return true;
        }

        if (!file.IsLegible)
        {
            return true;
        }

        if (file.IsOther)
        {
            file.Tell(Of(file, CatalogChangeStatus.Substituted) with
            {
                CataloguedMessageId = file.KnownId,
                PreviousPath = file.Elsewhere is null ? null : CatalogChanges.PathOf(work, file.Elsewhere),
                Code = file.Flaw?.Code ?? ErrorCodes.MessageSubstituted,
                Detail = file.Flaw?.Detail ?? $"The file is message {file.MessageId}, but the catalog knows message {file.KnownId} there.",
            });
        }
        else if (file.KnownId is not null)
        {
            if (run.Options.TenantId is { } tenantId && file.KnownTenantId != tenantId)
            {
                file.Tell(Of(file, CatalogChangeStatus.Foreign) with
                {
                    TenantId = file.KnownTenantId,
                    Code = ErrorCodes.WrongTenant,
                    Detail = $"The message is one of '{file.KnownTenantId}', not of '{tenantId}'.",
                });
            }
            else
            {
                run.NoteUnchanged();
            }
        }
        else if (file.Flaw is { } flaw)
        {
            file.Tell(Of(file, CatalogChangeStatus.Foreign) with { Code = flaw.Code, Detail = flaw.Detail });
        }
        else
        {
            return false;
        }

        return true;
    }

    private async ValueTask VerifyAsync(CatalogFile file, CancellationToken cancellationToken)
    {
        TenantEncryptionException? failure = await FileFailure.CatchAsync(
            file.Path, "read", () => VerifyOnceAsync(file, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (failure is null)
        {
            return;
        }

        run.NoteRefusal(file.NamedKek, failure);
        if (failure.Code != ErrorCodes.TenantNotFound && failure.Code != ErrorCodes.ContextMismatch && TenantMessageReader.IsInability(failure))
        {
            file.Fail(failure);
        }
        else
        {
            file.Tell(Of(file, CatalogChangeStatus.Foreign) with { Code = failure.Code, Detail = failure.Detail });
        }
    }

    private async ValueTask VerifyOnceAsync(CatalogFile file, CancellationToken cancellationToken)
    {
        if (file.Elsewhere is { } elsewhere)
        {
            // What another machine has, it alone can look at.
            file.IsGoneElsewhere = elsewhere.Space == work.Space.Address
                && elsewhere.Version.Length == 0
                && (await work.Space.ExistsAsync(elsewhere.Name, elsewhere.Version, cancellationToken).ConfigureAwait(false) == false
                    || await work.Space.HoldsAsync(elsewhere.Name, elsewhere.MessageId, cancellationToken).ConfigureAwait(false) == false);
            if (!file.IsGoneElsewhere)
            {
                file.Tell(CatalogChanges.CopyOf(work, file, elsewhere));
                return;
            }
        }

        if (run.Options.IsRehearsal)
        {
            file.Tell(Of(file, file.Elsewhere is null ? CatalogChangeStatus.New : CatalogChangeStatus.Moved) with { PreviousPath = file.Elsewhere is null ? null : CatalogChanges.PathOf(work, file.Elsewhere) });
            return;
        }

        if (run.RefusalOf(file.NamedKek) is { } refusal)
        {
            throw refusal;
        }

        // Without key commitment a header is a tenant's all the same, and depends on its key.
        var options = new UnprotectOptions { TenantId = run.Options.TenantId, AllowNonCommitting = true };
        using TenantKeyring keyring = work.Reader.NewKeyring(run.Operation, options);
        await work.Reader.AuthenticateAsync(file.Header!, keyring, options, cancellationToken).ConfigureAwait(false);
        (long length, DateTimeOffset writtenAt) = file.Measure();
        file.Verified = new CatalogEntry
        {
            MessageId = file.MessageId!,
            TenantId = keyring.Tenant!.TenantId,
            Space = work.Space.Address,
            Key = file.Key,
            Name = work.Space.NameOf(file.Path),
            KekId = keyring.OpenedByKek,
            DirectProviderId = keyring.OpenedByProvider,
            Length = Envelope.BodyLength.OfPlaintext(file.Header!, length) ?? 0,
            CreatedAt = writtenAt,
        };
    }

    private CatalogChange Of(CatalogFile file, CatalogChangeStatus status)
    {
        string[] named = file.Header is { } header ? [.. work.ContextKeys.Named(header.Context)] : [];
        return new CatalogChange
        {
            Path = file.Path,
            Status = status,
            TenantId = named.Length == 1 ? named[0] : null,
            MessageId = file.MessageId,
            KekId = file.NamedKek,
        };
    }
}
