using System.Collections.Concurrent;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Migration;
using TenantEncryption.Stores;

namespace TenantEncryption.State;

/// <summary>
/// Checks what the store says when it is loaded, against the last event, which who can write the store can't make. Who can write it can deny service so,
/// and nothing else: replayed, swapped and altered rows are refused.
/// </summary>
internal sealed class StateChecks(EventChains chains)
{
    // A key's row is about a kilobyte.
    private const int MostKeys = 50_000;

    private readonly ConcurrentDictionary<string, KnownState> _known = new(StringComparer.Ordinal);
    private int _keys;

    /// <summary>A tenant's state, checked: the one that this process checked before, where neither its last event nor a row is another one.</summary>
    /// <exception cref="TenantEncryptionException"><c>STATE_ALTERED</c>, <c>STORE_ROLLED_BACK</c>.</exception>
    public async Task<TenantState> FindAsync(IStoreTransaction transaction, string tenantId)
    {
        byte[] rows = await transaction.Tenants.HashRowsAsync(tenantId).ConfigureAwait(false);
        if (_known.TryGetValue(tenantId, out KnownState? known)
            && rows.AsSpan().SequenceEqual(known.Rows)
            && (await chains.TipAsync(transaction, tenantId).ConfigureAwait(false)).State == known.Digest)
        {
            return known.State;
        }

        TenantState state = await LoadAsync(transaction, tenantId).ConfigureAwait(false);
        Keep(tenantId, new KnownState(state.Digest, rows, state));
        return state;
    }

    /// <summary>A tenant's state, checked.</summary>
    /// <exception cref="TenantEncryptionException"><c>STATE_ALTERED</c>, <c>STORE_ROLLED_BACK</c>.</exception>
    public async Task<TenantState> LoadAsync(IStoreTransaction transaction, string tenantId)
    {
        ChainTip tip = await chains.TipAsync(transaction, tenantId).ConfigureAwait(false);
        (TenantState state, string actual) = await ReadAsync(transaction, tenantId).ConfigureAwait(false);
        string expected = tip.State ?? StateDigest.Empty;
        return expected == actual
            ? state
            : throw new TenantEncryptionException(
                ErrorCodes.StateAltered,
                $"The state of tenant '{tenantId}' is not the one that its last event, number {tip.Sequence}, tells of: what differs is in {StateDigest.Difference(expected, actual)}.");
    }

    /// <summary>The digest of a tenant's state as a transaction leaves it.</summary>
    public static async Task<string> DigestAsync(IStoreTransaction transaction, string tenantId) =>
        (await ReadAsync(transaction, tenantId).ConfigureAwait(false)).Digest;

    /// <summary>Checks what the store keeps for all tenants: platform profiles.</summary>
    /// <exception cref="TenantEncryptionException"><c>STORE_ALTERED</c>, <c>STORE_ROLLED_BACK</c>.</exception>
    public async Task RequireStoreAsync(IStoreTransaction transaction)
    {
        ChainTip tip = await chains.TipAsync(transaction, StoredEvent.StoreChain).ConfigureAwait(false);
        if (tip.State != await StoreDigestAsync(transaction).ConfigureAwait(false))
        {
            throw new TenantEncryptionException(
                ErrorCodes.StoreAltered, $"The platform profiles in the store are not those that its last event, number {tip.Sequence}, tells of.");
        }
    }

    /// <summary>The digest of what the store keeps for all tenants, as a transaction leaves it.</summary>
    public static async Task<string> StoreDigestAsync(IStoreTransaction transaction) =>
        StateDigest.Of(await transaction.Platforms.ListAsync().ConfigureAwait(false));

    // What is too much is let go of altogether: the next load of each is a look at its rows.
    private void Keep(string tenantId, KnownState known)
    {
        int keys = known.State.Keys.Count;
        if (Interlocked.Add(ref _keys, keys) > MostKeys)
        {
            _known.Clear();
            Interlocked.Exchange(ref _keys, keys);
        }

        _known[tenantId] = known;
    }

    private static Task<(TenantState State, string Digest)> ReadAsync(IStoreTransaction transaction, string tenantId) =>
        StateRows.ReadAsync($"A row of tenant '{tenantId}'", async () =>
        {
            KeyMigration? migration = await transaction.Migrations.FindUnfinishedAsync(tenantId).ConfigureAwait(false);
            IReadOnlyList<MigrationItem> items = migration is null ? [] : await transaction.Migrations.ListItemsAsync(migration.Id).ConfigureAwait(false);
            var state = new TenantState(
                await transaction.Tenants.FindAsync(tenantId).ConfigureAwait(false),
                await transaction.Providers.ListRegistrationsAsync(tenantId).ConfigureAwait(false),
                await transaction.Keys.ListRecordsAsync(tenantId).ConfigureAwait(false),
                migration,
                [.. items.Where(item => item.Staged is not null || migration!.Mode == MigrationMode.Reencrypt)]);
            return (state, state.Digest);
        });

    private sealed record KnownState(string Digest, byte[] Rows, TenantState State);
}
