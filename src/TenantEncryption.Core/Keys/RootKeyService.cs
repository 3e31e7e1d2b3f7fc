using System.Text;
using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Files;
using TenantEncryption.Integrity;
using TenantEncryption.Migration;
using TenantEncryption.State;
using TenantEncryption.Stores;

namespace TenantEncryption.Keys.Root;

/// <summary>
/// Rotates the root key of the internal KMS, in a step for each chain of events: while it goes on, both roots are at hand and every tenant reads and writes.
/// Ended at any instant, the next call goes on where it was. When it is done, the root before is kept nowhere, and what it opened and signed it opens and
/// signs no more.
/// </summary>
public sealed class RootKeyService
{
    private const int PageSize = 512;

    private readonly UnitOfWork _work;
    private readonly KeySealer _sealer;
    private readonly InternalKms _internalKms;
    private readonly LogKeys _logKeys;
    private readonly EventChains _chains;
    private readonly IRootKeyVault _vault;
    private readonly string _storeId;

    internal RootKeyService(
        UnitOfWork work, KeySealer sealer, InternalKms internalKms, LogKeys logKeys, EventChains chains, IRootKeyVault vault, string storeId)
    {
        (_work, _sealer, _internalKms, _logKeys) = (work, sealer, internalKms, logKeys);
        (_chains, _vault, _storeId) = (chains, vault, storeId);
    }

    /// <summary>Makes a new root key, or goes on with a rotation that was cut short. Data, keys and leases stay as they are.</summary>
    /// <param name="progress">Told of how many chains were done.</param>
    /// <param name="cancellationToken">Ends the operation; what is done stays, and the rotation goes on with the next call.</param>
    /// <returns>The id of the new root key.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>MIGRATION_RUNNING</c>; <c>STORAGE_FAILED</c>: the root key can't be kept; <c>STATE_ALTERED</c>, <c>STORE_ROLLED_BACK</c>: a tenant's keys can't be sealed
    /// again, so that the root before has to be kept.
    /// </exception>
    public async Task<string> RotateAsync(IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        Operation operation = _work.Begin("RootKeyService.RotateAsync");
        await using var _ = operation.ConfigureAwait(false);
        RootKey current = _internalKms.Roots.IsRotating ? _internalKms.Roots.Current : await BeginAsync(operation, cancellationToken).ConfigureAwait(false);
        Dictionary<string, TenantEncryptionException> failures = await StepAsync(operation, current, progress, cancellationToken).ConfigureAwait(false);
        if (failures.Values.FirstOrDefault() is { } failure)
        {
            throw new TenantEncryptionException(
                failure.Code, $"The root key was rotated for all but {Counted.Of(failures.Count, "tenant")}, and the one before is kept for the rest: {failure.Detail}", failure);
        }

        cancellationToken.ThrowIfCancellationRequested();
        await FinishAsync(operation, current).ConfigureAwait(false);
        return current.Id;
    }

    /// <summary>Backs the root key up under a passphrase, in a file that only its owner may read.</summary>
    /// <param name="path">The file's full path.</param>
    /// <param name="passphrase">The passphrase in UTF-8, at least one byte; the caller zeroes it.</param>
    /// <param name="replace">Whether to replace a file that is there.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>When it is durable.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>PASSPHRASE_REQUIRED</c>: it is empty. <c>OUTPUT_EXISTS</c>, <c>STORAGE_FAILED</c>; <c>TRANSITION_FORBIDDEN</c>: the root is being rotated.
    /// </exception>
    public async Task ExportAsync(string path, SecretBytes passphrase, bool replace = false, CancellationToken cancellationToken = default)
    {
        RootKeyBackup.RequireFree(path, replace);
        await _work.ReadAsync(transaction => _internalKms.RefreshAsync(transaction.Settings), cancellationToken).ConfigureAwait(false);
        RootKeySet roots = _internalKms.Roots;
        if (roots.IsRotating)
        {
            throw new TenantEncryptionException(ErrorCodes.TransitionForbidden, "The root key is being rotated.", remedy: "Finish the rotation first: rotate the root key again.");
        }

        string backup = RootKeyBackup.Write(_storeId, roots, passphrase);
        Operation operation = _work.Begin("RootKeyService.ExportAsync");
        await using var _ = operation.ConfigureAwait(false);
        await _work.ChangeAsync(
            operation,
            StoreScope.Store,
            change =>
            {
                JObject data = Describe(roots.Current, null);
                data["path"] = path;
                change.Record(EventTypes.RootExported, null, data);
            },
            cancellationToken).ConfigureAwait(false);
        FileFailure.Translate(path, "written", () =>
        {
            OwnerFile.Write(new FileEffects(), path, Encoding.UTF8.GetBytes(backup), replace);
            return true;
        });
    }

    private async Task<RootKey> BeginAsync(Operation operation, CancellationToken cancellationToken)
    {
        RootKeySet before = _internalKms.Roots;
        var rotating = new RootKeySet(RootKey.Create(before.Current.Number + 1), before.Current.Copy());
        try
        {
            await _work.ChangeAsync(
                operation,
                StoreScope.All,
                async change =>
                {
                    if (await RootKeyLoader.CurrentIdAsync(change.Store.Settings).ConfigureAwait(false) != before.Current.Id)
                    {
                        throw new TenantEncryptionException(ErrorCodes.LeaseLost, "Another process rotated the root key.");
                    }

                    // A staged record of a migration to the internal KMS would still be sealed under the old root.
                    await change.Store.Migrations.RefuseUnfinishedAsync(null, MigrationMode.RewrapKek).ConfigureAwait(false);

                    // Outside the store both keys are there before the store needs the new one.
                    await SaveAsync(change, rotating).ConfigureAwait(false);
                    _internalKms.Use(rotating);
                    await RootKeyLoader.NoteAsync(change.Store.Settings, rotating).ConfigureAwait(false);
                    await _logKeys.SealEarlierAsync(change.Store.Settings).ConfigureAwait(false);
                    change.Record(EventTypes.RootRotated, null, Describe(rotating.Current, before.Current));
                },
                cancellationToken).ConfigureAwait(false);
            return rotating.Current;
        }
        catch
        {
            _internalKms.Use(before);
            throw;
        }
    }

    // A chain that another process begins meanwhile begins under the new root.
    private async Task<Dictionary<string, TenantEncryptionException>> StepAsync(
        Operation operation, RootKey current, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var failures = new Dictionary<string, TenantEncryptionException>(StringComparer.Ordinal);
        long done = 0;
        string? last = null;
        while (true)
        {
            IReadOnlyList<StoredEvent> page = await _work.ReadAsync(
                transaction => transaction.Events.ListLastAsync(last, PageSize), cancellationToken).ConfigureAwait(false);
            foreach (string chain in page.Select(one => one.Chain).Where(chain => chain != StoredEvent.StoreChain))
            {
                try
                {
                    await _work.ChangeAsync(operation, StoreScope.Of(chain), change => StepAsync(change, chain, current, cancellationToken), cancellationToken).ConfigureAwait(false);
                    progress?.Report(++done);
                }
                catch (TenantEncryptionException exception) when (exception.Code is ErrorCodes.StateAltered or ErrorCodes.StoreRolledBack or ErrorCodes.WrongKey)
                {
                    failures.Add(chain, exception);
                }
            }

            if (page.Count < PageSize)
            {
                return failures;
            }

            last = page[^1].Chain;
        }
    }

    private async Task StepAsync(Change change, string tenantId, RootKey current, CancellationToken cancellationToken)
    {
        TenantState state = await _work.StateAsync(change.Store, tenantId).ConfigureAwait(false);
        int keys = 0;
        foreach (KeyEncryptionKey key in state.Keys.Where(key => RootKeyLoader.ShareOf(key.Record) is { Length: > 0 } share && InternalKms.RootIdOf(share) != current.Id))
        {
            KeyRecord record = await _sealer.SealUnderRootAsync(key.Record, state.Tenant!, state.FindProvider(key.ProviderId)!, cancellationToken).ConfigureAwait(false);
            await change.ReplaceRecordAsync(record).ConfigureAwait(false);
            keys++;
        }

        ChainTip tip = await _chains.TipAsync(change.Store, tenantId).ConfigureAwait(false);
        if (keys > 0 || tip.LogKeyId < current.Number)
        {
            JObject data = Describe(current, null);
            data["keys"] = keys;
            change.Record(EventTypes.RootRotated, tenantId, data);
        }
    }

    private async Task FinishAsync(Operation operation, RootKey current)
    {
        var alone = new RootKeySet(current.Copy());
        bool isDone = await _work.ChangeAsync(
            operation,
            StoreScope.All,
            async change =>
            {
                // Another process may have come to the end before, and may have begun the next one.
                if (await RootKeyLoader.MarkAsync(change.Store.Settings).ConfigureAwait(false) != current.RotatingMark)
                {
                    return false;
                }

                await RootKeyLoader.NoteAsync(change.Store.Settings, alone).ConfigureAwait(false);
                await SaveAsync(change, alone).ConfigureAwait(false);
                change.Record(EventTypes.RootRetired, null, Describe(current, null));
                return true;
            },
            CancellationToken.None).ConfigureAwait(false);
        if (isDone)
        {
            _internalKms.Use(alone);
        }
    }

    private async Task SaveAsync(Change change, RootKeySet keys) => await _vault.SaveAsync(_storeId, keys, change.Store.Settings).ConfigureAwait(false);

    private static JObject Describe(RootKey current, RootKey? previous)
    {
        var data = new JObject { ["rootKeyId"] = current.Id, ["rootKeyNumber"] = current.Number };
        if (previous is not null)
        {
            data["previousRootKeyId"] = previous.Id;
        }

        return data;
    }
}
