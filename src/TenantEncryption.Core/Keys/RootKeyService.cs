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
    private readonly RootKeys _roots;
    private readonly LogKeys _logKeys;
    private readonly EventChains _chains;

    internal RootKeyService(UnitOfWork work, KeySealer sealer, RootKeys roots, LogKeys logKeys, EventChains chains) =>
        (_work, _sealer, _roots, _logKeys, _chains) = (work, sealer, roots, logKeys, chains);

    /// <summary>
    /// The code of the failure when the root key was last asked for, such as <c>KEY_DISABLED</c> where it is under a KMS key: what the internal KMS keeps is shut then.
    /// <see langword="null"/> where it was had.
    /// </summary>
    public string? Failure => _roots.Failure;

    /// <summary>Looks whether the root key can be had: its vault is asked where the time for which this process may have it is over.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><c>SUCCESS</c>, or the code of the failure.</returns>
    public async Task<string> TestAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            using RootUse use = await _roots.UseAsync(cancellationToken).ConfigureAwait(false);
            return ErrorCodes.Success;
        }
        catch (TenantEncryptionException failure)
        {
            return failure.Code;
        }
    }

    /// <summary>Makes a new root key, or goes on with a rotation that was cut short. Data, keys and leases stay as they are.</summary>
    /// <param name="progress">Told of how many chains were done.</param>
    /// <param name="cancellationToken">Ends the operation; what is done stays, and the rotation goes on with the next call.</param>
    /// <returns>The id of the new root key.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>MIGRATION_RUNNING</c>; <c>STORAGE_FAILED</c>: the root key can't be kept; <c>STATE_ALTERED</c>, <c>STORE_ROLLED_BACK</c>: a tenant's keys can't be sealed
    /// again, so that the root before has to be kept.
    /// </exception>
    public Task<string> RotateAsync(IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        RotateOnceAsync(_roots.Held.Vault, progress, cancellationToken);

    /// <summary>
    /// Makes a new root key, and keeps it elsewhere than the one before: under a KMS key, or another one, under a passphrase, or in a file. Other processes that
    /// have the store open need to be told of the new place; until then they fail with <c>ROOT_KEY_MISMATCH</c>. What this machine kept of the root key before in
    /// a file is deleted.
    /// </summary>
    /// <param name="vault">Where it is kept from now on.</param>
    /// <param name="progress">Told of how many chains were done.</param>
    /// <param name="cancellationToken">Ends the operation; what is done stays, and the rotation goes on with the next call.</param>
    /// <returns>The id of the new root key.</returns>
    /// <exception cref="TenantEncryptionException">As of <see cref="RotateAsync"/>; what KMS answers; <c>ROOT_KEY_MISMATCH</c>: KMS opens not what it sealed.</exception>
    public async Task<string> MoveAsync(IRootKeyVault vault, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vault);
        if (_roots.Names.IsRotating && !IsPlaceOf(vault))
        {
            // It was begun for another place.
            await RotateOnceAsync(_roots.Held.Vault, progress, cancellationToken).ConfigureAwait(false);
        }

        return await RotateOnceAsync(vault, progress, cancellationToken).ConfigureAwait(false);
    }

    private bool IsPlaceOf(IRootKeyVault vault) => ReferenceEquals(vault, _roots.Held.Vault)
        || (vault is not PassphraseRootKeyVault && vault.PlaceOf(_roots.StoreId) == _roots.Held.Vault.PlaceOf(_roots.StoreId));

    private async Task<string> RotateOnceAsync(IRootKeyVault vault, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        Operation operation = _work.Begin("RootKeyService.RotateAsync");
        await using var _ = operation.ConfigureAwait(false);
        RootName current = _roots.Names.IsRotating ? _roots.Names.Current : await BeginAsync(operation, vault, cancellationToken).ConfigureAwait(false);
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
        await _roots.RefreshAsync(cancellationToken).ConfigureAwait(false);
        using RootUse use = await _roots.UseAsync(cancellationToken).ConfigureAwait(false);
        if (use.Roots.IsRotating)
        {
            throw new TenantEncryptionException(ErrorCodes.TransitionForbidden, "The root key is being rotated.", remedy: "Finish the rotation first: rotate the root key again.");
        }

        RootName current = NameOf(use.Roots.Current);
        string backup = RootKeyBackup.Write(_roots.StoreId, use.Roots, passphrase);
        Operation operation = _work.Begin("RootKeyService.ExportAsync");
        await using var _ = operation.ConfigureAwait(false);
        await _work.ChangeAsync(
            operation,
            StoreScope.Store,
            change =>
            {
                JObject data = Describe(current, null);
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

    // Its keys are where those of the new one are, too.
    private void Forget(IRootKeyVault before)
    {
        try
        {
            before.Forget(_roots.StoreId);
        }
        catch (TenantEncryptionException failure)
        {
            _work.Warn($"The root key before is still in {before.PlaceOf(_roots.StoreId)}, and opens what backups of the store have: {failure.Detail}");
        }
    }

    private async Task<RootName> BeginAsync(Operation operation, IRootKeyVault vault, CancellationToken cancellationToken)
    {
        RootHolding before = _roots.Held;
        using RootUse old = await _roots.UseAsync(cancellationToken).ConfigureAwait(false);
        var rotating = new RootKeySet(RootKey.Create(old.Roots.Current.Number + 1), old.Roots.Current.Copy());
        byte[]? sealedKeys = await vault.SealAsync(_roots.StoreId, rotating, operation.Kms, cancellationToken).ConfigureAwait(false);
        RootHolding both = _roots.Hold(rotating, vault);
        RootName previous = NameOf(old.Roots.Current);
        try
        {
            await _work.ChangeAsync(
                operation,
                StoreScope.All,
                async change =>
                {
                    if (await RootKeyLoader.CurrentIdAsync(change.Store.Settings).ConfigureAwait(false) != previous.Id)
                    {
                        throw new TenantEncryptionException(ErrorCodes.LeaseLost, "Another process rotated the root key.");
                    }

                    // A staged record of a migration to the internal KMS would still be sealed under the old root.
                    await change.Store.Migrations.RefuseUnfinishedAsync(null, MigrationMode.RewrapKek).ConfigureAwait(false);
                    _roots.Put(both);
                    await RootKeyLoader.KeepAsync(change.Store.Settings, _roots.StoreId, rotating, sealedKeys, vault).ConfigureAwait(false);
                    await _logKeys.SealEarlierAsync(change.Store.Settings, rotating.Current).ConfigureAwait(false);
                    JObject data = Describe(both.Names.Current, previous);
                    data["protection"] = vault.Protection.ToString();
                    data["keyArn"] = vault.MasterKeyArn;
                    change.Record(EventTypes.RootRotated, null, data);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _roots.Put(before);
            both.Lease.End();
            throw;
        }

        before.Lease.End();
        if (vault.PlaceOf(_roots.StoreId) != before.Vault.PlaceOf(_roots.StoreId))
        {
            Forget(before.Vault);
        }

        return both.Names.Current;
    }

    // A chain that another process begins meanwhile begins under the new root.
    private async Task<Dictionary<string, TenantEncryptionException>> StepAsync(
        Operation operation, RootName current, IProgress<long>? progress, CancellationToken cancellationToken)
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
                    using RootUse use = await _roots.UseAsync(cancellationToken).ConfigureAwait(false);
                    await _work.ChangeAsync(operation, StoreScope.Of(chain), change => StepAsync(change, chain, current, use.Roots), cancellationToken).ConfigureAwait(false);
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

    private async Task StepAsync(Change change, string tenantId, RootName current, RootKeySet roots)
    {
        TenantState state = await _work.StateAsync(change.Store, tenantId).ConfigureAwait(false);
        int keys = 0;
        foreach (KeyEncryptionKey key in state.Keys.Where(key => RootKeyLoader.ShareOf(key.Record) is { Length: > 0 } share && InternalKms.RootIdOf(share) != current.Id))
        {
            KeyRecord record = _sealer.SealUnderRoot(key.Record, state.Tenant!, state.FindProvider(key.ProviderId)!, roots);
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

    private async Task FinishAsync(Operation operation, RootName current)
    {
        RootHolding before = _roots.Held;
        RootKeySet alone;
        using (RootUse use = await _roots.UseAsync(CancellationToken.None).ConfigureAwait(false))
        {
            // Another process may have come to the end before, and may have begun the next one.
            if (use.Roots.Find(current.Id) is not { } root)
            {
                return;
            }

            alone = new RootKeySet(root.Copy());
        }

        byte[]? sealedKeys = await before.Vault.SealAsync(_roots.StoreId, alone, operation.Kms, CancellationToken.None).ConfigureAwait(false);
        RootHolding after = _roots.Hold(alone, before.Vault);
        bool isDone = await _work.ChangeAsync(
            operation,
            StoreScope.All,
            async change =>
            {
                if (await RootKeyLoader.MarkAsync(change.Store.Settings).ConfigureAwait(false) != RootKeySet.RotatingMarkOf(current.Id))
                {
                    return false;
                }

                await RootKeyLoader.KeepAsync(change.Store.Settings, _roots.StoreId, alone, sealedKeys, before.Vault).ConfigureAwait(false);
                change.Record(EventTypes.RootRetired, null, Describe(current, null));
                return true;
            },
            CancellationToken.None).ConfigureAwait(false);
        if (!isDone)
        {
            after.Lease.End();
            return;
        }

        _roots.Put(after);
        before.Lease.End();
    }

    private static RootName NameOf(RootKey root) => new(root.Number, root.Id);

    private static JObject Describe(RootName current, RootName? previous)
    {
        var data = new JObject { ["rootKeyId"] = current.Id, ["rootKeyNumber"] = current.Number };
        if (previous is { } before)
        {
            data["previousRootKeyId"] = before.Id;
        }

        return data;
    }
}
