using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Spaces;
using TenantEncryption.Stores;

namespace TenantEncryption.Data.Cataloguing;

/// <summary>Changes entries of one tenant, with the event that tells of it in one transaction. What was seen before is looked at again there, as others write, too.</summary>
internal sealed class CatalogChanges(CatalogWork work, CatalogRun run, string tenantId)
{
    /// <summary>A message that is also where its entry says.</summary>
    public static CatalogChange CopyOf(CatalogWork work, CatalogFile file, CatalogEntry entry) => new()
    {
        Path = file.Path,
        Status = CatalogChangeStatus.Copied,
        TenantId = entry.TenantId,
        MessageId = entry.MessageId,
        KekId = entry.KekId,
        PreviousPath = PathOf(work, entry),
    };

    /// <summary>How callers name where an entry leads; for a file of another machine, its path there.</summary>
    public static string PathOf(CatalogWork work, CatalogEntry entry) => work.Spaces.PathOf(entry.Space, entry.Name) ?? entry.Name;

    /// <summary>Catalogues files whose headers' tags were verified, and has entries follow those that were moved. Each file is told what became of it.</summary>
    public async Task ApplyAsync(CatalogFile[] files)
    {
        CatalogChange?[] told = await work.Work.ChangeAsync(
            run.Operation,
            StoreScope.Of(tenantId),
            change => ApplyAsync(change, files),
            CancellationToken.None).ConfigureAwait(false);
        for (int i = 0; i < files.Length; i++)
        {
            if (told[i] is { } change)
            {
                files[i].Tell(change);
            }
            else
            {
                run.NoteUnchanged();
            }
        }
    }

    /// <summary>Removes the entries of messages that are not there.</summary>
    /// <param name="missing">Entries of the tenant.</param>
    /// <returns>Those that were removed: what came back, or was catalogued elsewhere, stays.</returns>
    public async Task<IReadOnlyList<CatalogEntry>> RemoveAsync(IReadOnlyList<CatalogEntry> missing)
    {
        // Nobody waits for a network while the store is held. Who puts an object there again, has an entry of it that is another one.
        bool isRemote = work.Space is BucketSpace;
        var absent = new List<CatalogEntry>(missing.Count);
        foreach (CatalogEntry entry in missing)
        {
            if (!isRemote || await IsGoneAsync(entry).ConfigureAwait(false))
            {
                absent.Add(entry);
            }
        }

        return await RemoveAsync(absent, isKnown: isRemote).ConfigureAwait(false);
    }

    private async ValueTask<bool> IsGoneAsync(CatalogEntry entry) =>
        await work.Space.ExistsAsync(entry.Name, entry.Version, CancellationToken.None).ConfigureAwait(false) == false;

    private Task<IReadOnlyList<CatalogEntry>> RemoveAsync(List<CatalogEntry> missing, bool isKnown) => work.Work.ChangeAsync<IReadOnlyList<CatalogEntry>>(
        run.Operation,
        StoreScope.Of(tenantId),
        async change =>
        {
            var gone = new List<CatalogEntry>(missing.Count);
            foreach (CatalogEntry entry in missing)
            {
                if (await change.Store.Catalog.FindMessageIdAsync(entry.Space, entry.Key, entry.Version).ConfigureAwait(false) == entry.MessageId
                    && (isKnown || await IsGoneAsync(entry).ConfigureAwait(false)))
                {
                    gone.Add(entry);
                }
            }

            await change.Store.Catalog.RemoveAsync([.. gone.Select(entry => entry.MessageId)]).ConfigureAwait(false);
            Record(change, added: 0, moved: 0, gone.Count);
            return gone;
        },
        CancellationToken.None);

    private async Task<CatalogChange?[]> ApplyAsync(Change change, CatalogFile[] files)
    {
        ICatalogTable catalog = change.Store.Catalog;
        string[] ids = Array.ConvertAll(files, file => file.MessageId!);
        HashSet<string> pending = [.. await catalog.FindPendingAsync(ids).ConfigureAwait(false)];
        Dictionary<string, CatalogEntry> known = (await catalog.FindMessagesAsync(ids).ConfigureAwait(false)).ToDictionary(entry => entry.MessageId);
        IReadOnlyDictionary<string, string> at = await catalog.FindMessageIdsAsync(work.Space.Address, Array.ConvertAll(files, file => file.Key)).ConfigureAwait(false);
        var told = new CatalogChange?[files.Length];
        var added = new List<CatalogEntry>();
        int moved = 0;
        for (int i = 0; i < files.Length; i++)
        {
            (CatalogFile file, CatalogEntry entry) = (files[i], files[i].Verified!);
            string? there = at.GetValueOrDefault(entry.Key);
            if (there == entry.MessageId || pending.Contains(entry.MessageId))
            {
                continue;
            }

            if (there is { } other)
            {
                // A writer has named another message there since; what it replaced is no longer this one.
                told[i] = Of(file, CatalogChangeStatus.Substituted) with
                {
                    CataloguedMessageId = other,
                    PreviousPath = known.GetValueOrDefault(entry.MessageId) is { } elsewhere ? PathOf(work, elsewhere) : null,
                    Code = ErrorCodes.MessageSubstituted,
                    Detail = $"The file was message {entry.MessageId}, but the catalog knows message {other} there by now.",
                };
            }
            else if (!known.TryGetValue(entry.MessageId, out CatalogEntry? before))
            {
                added.Add(entry);
                known[entry.MessageId] = entry;
                told[i] = Of(file, CatalogChangeStatus.New);
            }
            else if (file is { IsGoneElsewhere: true, Elsewhere: { } seen } && before == seen && before.TenantId == tenantId
                && await catalog.MoveAsync(before, entry.Space, entry.Key, entry.Name).ConfigureAwait(false))
            {
                moved++;
                known[entry.MessageId] = entry;
                told[i] = Of(file, CatalogChangeStatus.Moved) with { KekId = before.KekId, PreviousPath = PathOf(work, before) };
            }
            else
            {
                told[i] = CopyOf(work, file, before);
            }
        }

        foreach (IGrouping<(string? KekId, string? ProviderId), CatalogEntry> key in added.GroupBy(entry => (entry.KekId, entry.DirectProviderId)).ToArray())
        {
            // The key may have been removed since the header was verified: nobody can read the message any more.
            if (!await change.Store.Keys.CountFoundAsync(key.Key.KekId, key.Key.ProviderId, key.Count()).ConfigureAwait(false))
            {
                added.RemoveAll(entry => (entry.KekId, entry.DirectProviderId) == key.Key);
                for (int i = 0; i < files.Length; i++)
                {
                    if (told[i] is { Status: CatalogChangeStatus.New } one && (files[i].Verified!.KekId, files[i].Verified!.DirectProviderId) == key.Key)
                    {
                        told[i] = one with { Status = CatalogChangeStatus.Foreign, Code = ErrorCodes.WrongKey };
                    }
                }
            }
        }

        await catalog.AddAsync(added).ConfigureAwait(false);
        Record(change, added.Count, moved, removed: 0);
        return told;
    }

    private static CatalogChange Of(CatalogFile file, CatalogChangeStatus status) => new()
    {
        Path = file.Path,
        Status = status,
        TenantId = file.Verified!.TenantId,
        MessageId = file.Verified.MessageId,
        KekId = file.Verified.KekId,
    };

    private void Record(Change change, int added, int moved, int removed)
    {
        if (added + moved + removed > 0)
        {
            change.Record(
                EventTypes.CatalogUpdated,
                tenantId,
                new JObject { ["space"] = work.Space.Address, ["new"] = added, ["moved"] = moved, ["removed"] = removed });
        }
    }
}
