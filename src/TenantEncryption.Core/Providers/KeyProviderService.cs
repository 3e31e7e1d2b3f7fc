using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Providers.Grants;
using TenantEncryption.Providers.Validation;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Providers;

/// <summary>Registers key providers, tests them and changes their state.</summary>
public sealed class KeyProviderService
{
    private readonly UnitOfWork _work;
    private readonly EventLog _events;
    private readonly SessionKeeper _session;
    private readonly KeyMaker _keyMaker;
    private readonly KeyProviderTester _tester;
    private readonly GrantMaker _grants;
    private readonly ProviderUpdater _updater;
    private readonly IActivationFollower _follower;
    private readonly TimeProvider _time;

    internal KeyProviderService(
        UnitOfWork work,
        EventLog events,
        SessionKeeper session,
        KeyMaker keyMaker,
        KeyProviderTester tester,
        GrantMaker grants,
        IActivationFollower follower,
        TimeProvider time)
    {
        (_work, _events, _session) = (work, events, session);
        (_keyMaker, _tester, _grants, _follower, _time) = (keyMaker, tester, grants, follower, time);
        _updater = new ProviderUpdater(work, tester);
    }

    /// <summary>Registers a master key for a tenant. The provider is Pending: nothing uses it yet.</summary>
    /// <param name="newProvider">What it is made from.</param>
    /// <param name="cancellationToken">Ends the operation; nothing is registered then.</param>
    /// <returns>The provider.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>TENANT_NOT_FOUND</c>, <c>INVALID_INPUT</c>, <c>INVALID_ARN</c>, <c>WRONG_PARTITION</c>, <c>PROVIDER_EXISTS</c>; and, where the identifier is
    /// not a key ARN and must be resolved, what KMS answers.
    /// </exception>
    public async Task<KeyProvider> RegisterAsync(NewKeyProvider newProvider, CancellationToken cancellationToken = default)
    {
        Operation operation = _work.Begin("KeyProviderService.RegisterAsync", newProvider.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        return await RegisterAsync(operation, await DraftAsync(operation, newProvider, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks what would be registered and finds its key, without registering it, so that a caller can ask before anything is stored.</summary>
    /// <param name="newProvider">What it is made from.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The draft, which <see cref="RegisterAsync(KeyProviderDraft, CancellationToken)"/> takes.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="RegisterAsync(NewKeyProvider, CancellationToken)"/>.</exception>
    public async Task<KeyProviderDraft> DraftAsync(NewKeyProvider newProvider, CancellationToken cancellationToken = default)
    {
        Operation operation = _work.Begin("KeyProviderService.RegisterAsync", newProvider.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        return await DraftAsync(operation, newProvider, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Registers what <see cref="DraftAsync(NewKeyProvider, CancellationToken)"/> checked.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="cancellationToken">Ends the operation; nothing is registered then.</param>
    /// <returns>The provider.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="RegisterAsync(NewKeyProvider, CancellationToken)"/>.</exception>
    public async Task<KeyProvider> RegisterAsync(KeyProviderDraft draft, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(draft);
        Operation operation = _work.Begin("KeyProviderService.RegisterAsync", draft.Provider.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        return await RegisterAsync(operation, draft, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The providers that a filter lets through, with their counts.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The providers, in the order of registration.</returns>
    public Task<IReadOnlyList<KeyProvider>> ListAsync(KeyProviderFilter filter, CancellationToken cancellationToken = default) =>
        _work.ListAsync(transaction => transaction.Providers.ListAsync(filter), cancellationToken);

    /// <summary>The names of all providers: names to choose from, of which nothing was checked.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The names, ordered by tenant and name.</returns>
    public Task<IReadOnlyList<NameInStore>> ListNamesAsync(CancellationToken cancellationToken = default) =>
        _work.ReadAsync(transaction => transaction.Providers.ListNamesAsync(), cancellationToken);

    /// <summary>
    /// The one provider that a reference names: an ARN (<c>arn:…</c>), an id (<c>kp-…</c>), <c>Internal</c>, else a name, literally.
    /// </summary>
    /// <param name="reference">The reference.</param>
    /// <param name="tenantId">The tenant whose provider it is; <see langword="null"/> for any tenant's.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The provider.</returns>
    /// <exception cref="TenantEncryptionException"><c>PROVIDER_NOT_FOUND</c>; <c>AMBIGUOUS_PROVIDER</c>, whose message lists those that fit.</exception>
    public async Task<KeyProvider> ResolveAsync(string reference, string? tenantId = null, CancellationToken cancellationToken = default)
    {
        if (tenantId is not null)
        {
            await _work.ReadAsync(transaction => transaction.Tenants.RequireAsync(tenantId), cancellationToken).ConfigureAwait(false);
        }

        return ProviderLookup.One(
            reference, tenantId, await ListAsync(ProviderLookup.FilterOf(reference, tenantId), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>As the other, for several tenants: what more than one of the store's providers fits is settled by the first of these that has one.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="forTenantIds">The tenants, which need not be in the store.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The provider.</returns>
    /// <exception cref="TenantEncryptionException"><c>PROVIDER_NOT_FOUND</c>, <c>AMBIGUOUS_PROVIDER</c>.</exception>
    public async Task<KeyProvider> ResolveAsync(string reference, IReadOnlyList<string> forTenantIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(forTenantIds);
        IReadOnlyList<KeyProvider> found = await ListAsync(ProviderLookup.FilterOf(reference, tenantId: null), cancellationToken).ConfigureAwait(false);
        string? settling = found.Count > 1 ? forTenantIds.FirstOrDefault(id => found.Any(one => one.TenantId == id)) : null;
        return ProviderLookup.One(reference, settling, settling is null ? found : [.. found.Where(one => one.TenantId == settling)]);
    }

    /// <summary>
    /// Tests a provider: its registration, its key's facts in each region, what the platform's principals may do, and a round trip. A failed check is
    /// a result, not an exception.
    /// </summary>
    /// <param name="providerId">The provider's id.</param>
    /// <param name="offline">Whether to make no call and look at the registration only.</param>
    /// <param name="cancellationToken">Ends the test.</param>
    /// <returns>The checks and the overall code.</returns>
    /// <exception cref="TenantEncryptionException"><c>PROVIDER_NOT_FOUND</c>.</exception>
    public async Task<KeyProviderTestResult> TestAsync(string providerId, bool offline = false, CancellationToken cancellationToken = default)
    {
        (EncryptionTenant tenant, KeyProvider provider) = await ReadAsync(providerId, cancellationToken).ConfigureAwait(false);
        Operation operation = _work.Begin("KeyProviderService.TestAsync", tenant.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        return await _tester.TestAsync(operation, tenant, provider, offline, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tests a key before it is registered. A failed check is a result, not an exception; so is an identifier that is malformed or names nothing.</summary>
    /// <param name="candidate">The key, and for whom.</param>
    /// <param name="offline">Whether to make no call.</param>
    /// <param name="cancellationToken">Ends the test.</param>
    /// <returns>The checks and the overall code.</returns>
    /// <exception cref="TenantEncryptionException"><c>TENANT_NOT_FOUND</c>: neither such a tenant nor a platform is given; <c>INVALID_INPUT</c>.</exception>
    public async Task<KeyProviderTestResult> TestKeyAsync(KeyCandidate candidate, bool offline = false, CancellationToken cancellationToken = default)
    {
        Operation operation = _work.Begin("KeyProviderService.TestAsync", candidate.Platform is null ? candidate.TenantId : null);
        await using var _ = operation.ConfigureAwait(false);
        return await _tester.TestAsync(operation, candidate, offline, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What an update would do. Nothing is changed, and no call of KMS is made.</summary>
    /// <param name="providerId">The provider's id.</param>
    /// <param name="update">The update.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>What would change, and the calls of KMS that its test makes.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="UpdateAsync"/>, but for the test.</exception>
    public Task<KeyProviderUpdatePlan> PlanUpdateAsync(string providerId, KeyProviderUpdate update, CancellationToken cancellationToken = default) =>
        _updater.PlanAsync(providerId, update, cancellationToken);

    /// <summary>
    /// Changes a provider's name, description, or how its key is reached. The new connection of an Active or Archived provider is tested first, and nothing is
    /// changed when the test fails; other processes use it within a second. What is so already is not changed again.
    /// </summary>
    /// <param name="providerId">The provider's id.</param>
    /// <param name="update">The update.</param>
    /// <param name="cancellationToken">Ends the operation; nothing is changed then.</param>
    /// <returns>The provider as it is now.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>PROVIDER_NOT_FOUND</c>, <c>PROVIDER_EXISTS</c>, <c>INVALID_INPUT</c>, <c>WRONG_REGION</c>: the key is not there; or the code of the failed test.
    /// </exception>
    public Task<KeyProvider> UpdateAsync(string providerId, KeyProviderUpdate update, CancellationToken cancellationToken = default) =>
        _updater.UpdateAsync(providerId, update, cancellationToken);

    /// <summary>Makes a Pending provider Active, after testing it; the Active one becomes Archived and keeps what depends on it.</summary>
    /// <param name="providerId">The provider's id.</param>
    /// <param name="cancellationToken">Ends the operation; nothing is changed then.</param>
    /// <returns>The provider. One that is Active already is returned as it is.</returns>
    /// <exception cref="TenantEncryptionException"><c>TRANSITION_FORBIDDEN</c>, <c>MIGRATION_RUNNING</c>, or the code of the failed test.</exception>
    public async Task<KeyProvider> EnableAsync(string providerId, CancellationToken cancellationToken = default)
    {
        (EncryptionTenant tenant, KeyProvider provider) = await ReadAsync(providerId, cancellationToken).ConfigureAwait(false);
        if (provider.Status == KeyProviderStatus.Active)
        {
            return provider;
        }

        await _work.ReadAsync(store => ProviderChecks.RequireEnablingAsync(store, tenant, provider), cancellationToken).ConfigureAwait(false);
        Operation operation = _work.Begin("KeyProviderService.EnableAsync", tenant.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        await RequireWorkingAsync(operation, tenant, provider, cancellationToken).ConfigureAwait(false);
        KeyEncryptionKey key = await _keyMaker.MakeAsync(operation, tenant, provider, cancellationToken).ConfigureAwait(false);
        string? follows = await _work.ChangeAsync(
            operation,
            StoreScope.Of(tenant.TenantId),
            async change =>
            {
                KeyProvider now = await change.Store.Providers.RequireAsync(providerId).ConfigureAwait(false);
                await ProviderChecks.RequireEnablingAsync(change.Store, tenant, now).ConfigureAwait(false);
                KeyProvider before = (await change.Store.Providers.FindActiveAsync(tenant.TenantId).ConfigureAwait(false))!;
                await ProviderTransition.ActivateAsync(change, now, key, _time.GetUtcNow()).ConfigureAwait(false);
                return await _follower.FollowAsync(
                    change, tenant, before, await change.Store.Providers.RequireAsync(providerId).ConfigureAwait(false)).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        if (follows is not null)
        {
            _work.Warn(follows);
        }

        return (await ReadAsync(providerId, cancellationToken).ConfigureAwait(false)).Provider;
    }

    /// <summary>What activating a provider asks of KMS, its test included. Nothing is asked now, and nothing is written.</summary>
    /// <param name="provider">The provider; that of a draft, too.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The number of calls, exactly, where nothing fails; 0 for one that is Active already.</returns>
    /// <exception cref="TenantEncryptionException"><c>TRANSITION_FORBIDDEN</c>, <c>MIGRATION_RUNNING</c>, <c>HAS_DEPENDANTS</c>: it would be refused.</exception>
    public async Task<int> MeasureActivationAsync(KeyProvider provider, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(provider);
        if (provider.Status == KeyProviderStatus.Active)
        {
            return 0;
        }

        EncryptionTenant tenant = await _work.ReadAsync(
            async store =>
            {
                EncryptionTenant found = await store.Tenants.RequireAsync(provider.TenantId).ConfigureAwait(false);
                await ProviderChecks.RequireEnablingAsync(store, found, provider).ConfigureAwait(false);
                return found;
            },
            cancellationToken).ConfigureAwait(false);
        return CountTestCalls(tenant, provider) + KeyMaker.CallsToMake(tenant, provider);
    }

    /// <summary>Refuses what <see cref="DisableAsync"/> would refuse, and changes nothing.</summary>
    /// <param name="providerId">The provider's id.</param>
    /// <param name="force">Whether it would be forced.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>When it is checked.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="DisableAsync"/>.</exception>
    public Task CheckDisablingAsync(string providerId, bool force = false, CancellationToken cancellationToken = default) =>
        CheckAsync(
            providerId, KeyProviderStatus.Deactivated, (store, provider) => ProviderChecks.RequireDisablingAsync(store, provider, force), cancellationToken);

    /// <summary>Refuses what <see cref="RestoreAsync"/> would refuse, and changes nothing.</summary>
    /// <param name="providerId">The provider's id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>When it is checked.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="RestoreAsync"/>.</exception>
    public Task CheckRestoringAsync(string providerId, CancellationToken cancellationToken = default) =>
        CheckAsync(providerId, KeyProviderStatus.Archived, ProviderChecks.RequireRestoringAsync, cancellationToken);

    /// <summary>Refuses what <see cref="RemoveAsync"/> would refuse, and changes nothing.</summary>
    /// <param name="providerId">The provider's id.</param>
    /// <param name="force">Whether it would be forced.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>When it is checked.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="RemoveAsync"/>.</exception>
    public Task CheckRemovalAsync(string providerId, bool force = false, CancellationToken cancellationToken = default) =>
        CheckAsync(providerId, null, (store, provider) => ProviderChecks.RequireRemovalAsync(store, provider, force, _time.GetUtcNow()), cancellationToken);

    /// <summary>Deactivates an Archived provider: nothing that depends on it can be read until it is restored.</summary>
    /// <param name="providerId">The provider's id.</param>
    /// <param name="force">Whether to do so although data depends on it.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The provider. One that is Deactivated already is returned as it is.</returns>
    /// <exception cref="TenantEncryptionException"><c>TRANSITION_FORBIDDEN</c>, <c>HAS_DEPENDANTS</c>, <c>MIGRATION_RUNNING</c>.</exception>
    public Task<KeyProvider> DisableAsync(string providerId, bool force = false, CancellationToken cancellationToken = default) =>
        ChangeStatusAsync(
            "KeyProviderService.DisableAsync",
            providerId,
            KeyProviderStatus.Deactivated,
            EventTypes.ProviderDeactivated,
            (store, provider) => ProviderChecks.RequireDisablingAsync(store, provider, force),
            cancellationToken);

    /// <summary>Restores a Deactivated provider to Archived: what depends on it can be read again.</summary>
    /// <param name="providerId">The provider's id.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The provider. One that is Archived already is returned as it is.</returns>
    /// <exception cref="TenantEncryptionException"><c>TRANSITION_FORBIDDEN</c>.</exception>
    public Task<KeyProvider> RestoreAsync(string providerId, CancellationToken cancellationToken = default) =>
        ChangeStatusAsync(
            "KeyProviderService.RestoreAsync",
            providerId,
            KeyProviderStatus.Archived,
            EventTypes.ProviderRestored,
            ProviderChecks.RequireRestoringAsync,
            cancellationToken);

    /// <summary>Removes a provider that is not Active, with the records of the keys that it seals.</summary>
    /// <param name="providerId">The provider's id.</param>
    /// <param name="force">Whether to do so although data depends on it, which is then lost for good.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The provider as it was.</returns>
    /// <exception cref="TenantEncryptionException"><c>TRANSITION_FORBIDDEN</c>, <c>HAS_DEPENDANTS</c>, <c>MIGRATION_RUNNING</c>.</exception>
    public async Task<KeyProvider> RemoveAsync(string providerId, bool force = false, CancellationToken cancellationToken = default)
    {
        string tenantId = (await ReadAsync(providerId, cancellationToken).ConfigureAwait(false)).Tenant.TenantId;
        Operation operation = _work.Begin("KeyProviderService.RemoveAsync", tenantId);
        await using var _ = operation.ConfigureAwait(false);
        IReadOnlyList<string> writers = await _work.ReadAsync(store => store.Keys.ListWritersAsync(providerId), cancellationToken).ConfigureAwait(false);
        await _session.WatchAsync(writers, cancellationToken).ConfigureAwait(false);
        KeyProvider removed = await _work.ChangeAsync(
            operation,
            StoreScope.Of(tenantId),
            async change =>
            {
                await _session.SweepAsync(change.Store).ConfigureAwait(false);
                KeyProvider provider = await change.Store.Providers.RequireAsync(providerId).ConfigureAwait(false);
                await ProviderChecks.RequireRemovalAsync(change.Store, provider, force, _time.GetUtcNow()).ConfigureAwait(false);
                await ProviderTransition.RefuseWritersAsync(change.Store, provider).ConfigureAwait(false);
                int keys = await change.Store.Keys.RemoveOfProviderAsync(provider.Id).ConfigureAwait(false);
                await change.Store.Providers.RemoveAsync(provider.Id).ConfigureAwait(false);
                await change.RaiseEpochAsync(provider.TenantId).ConfigureAwait(false);
                JObject data = ProviderData.Of(provider);
                data["removedKeys"] = keys;
                data["removedMessages"] = provider.MessageCount;
                change.Record(EventTypes.ProviderDeleted, provider.TenantId, data);
                return provider;
            },
            cancellationToken).ConfigureAwait(false);
        await GrantMaker.RevokeAsync(operation, removed, GrantMaker.Own(removed)).ConfigureAwait(false);
        return removed;
    }

    /// <summary>A provider's history: the event log seen per provider.</summary>
    /// <param name="providerId">The provider's id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The entries, oldest first.</returns>
    /// <exception cref="TenantEncryptionException"><c>PROVIDER_NOT_FOUND</c>.</exception>
    public async Task<IReadOnlyList<KeyHistoryEntry>> GetHistoryAsync(string providerId, CancellationToken cancellationToken = default)
    {
        (_, KeyProvider provider) = await ReadAsync(providerId, cancellationToken).ConfigureAwait(false);
        var history = new List<KeyHistoryEntry>();
        await foreach (EncryptionEvent one in _events.ListAsync(new EventFilter { TenantId = provider.TenantId, ProviderId = providerId }, cancellationToken).ConfigureAwait(false))
        {
            history.Add(new KeyHistoryEntry
            {
                Name = provider.Name,
                Event = one.Type,
                Status = Enum.TryParse(one.Data.GetValueOrDefault("status") as string, out KeyProviderStatus status) ? status : null,
                Time = one.Time,
                Actor = one.UserId,
                Detail = one.Data.GetValueOrDefault("code") as string ?? (one.Data.GetValueOrDefault("kekId") is string kek ? $"key {kek}" : null),
            });
        }

        return history;
    }

    internal int CountTestCalls(EncryptionTenant tenant, KeyProvider provider) => _tester.CountCalls(tenant, provider);

    internal Task RequireWorkingAsync(Operation operation, EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken) =>
        _tester.RequireWorkingAsync(operation, tenant, provider, cancellationToken);

    internal async Task<(EncryptionTenant Tenant, KeyProvider Provider)> ReadAsync(string providerId, CancellationToken cancellationToken) =>
        await _work.ReadAsync(
            async transaction =>
            {
                KeyProvider provider = await transaction.Providers.RequireAsync(providerId).ConfigureAwait(false);
                return (await transaction.Tenants.RequireAsync(provider.TenantId).ConfigureAwait(false), provider);
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>What the platform has confirmed before a provider becomes its tenant's current one.</summary>
    /// <param name="provider">The provider; that of a draft, too.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The sentence; <see langword="null"/> where the platform asks nothing, or the provider is the current one.</returns>
    public async Task<string?> FindQuestionAsync(KeyProvider provider, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return await _work.ReadAsync(
            async store => PlatformRules.QuestionOf(
                await store.Tenants.RequireAsync(provider.TenantId).ConfigureAwait(false),
                (await store.Providers.FindActiveAsync(provider.TenantId).ConfigureAwait(false))!,
                provider),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<KeyProviderDraft> DraftAsync(Operation operation, NewKeyProvider newProvider, CancellationToken cancellationToken)
    {
        ProviderNameRule.Check(newProvider.Name);
        EncryptionTenant tenant = await _work.ReadAsync(
            transaction => transaction.Tenants.RequireAsync(newProvider.TenantId), cancellationToken).ConfigureAwait(false);
        newProvider = ProviderRegistration.WithShown(tenant.Profile, newProvider);
        KeyProvider provider = await ProviderRegistration.DraftAsync(operation.Kms, tenant, newProvider, _time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        var draft = new KeyProviderDraft(newProvider, provider, GrantMaker.CountCalls(tenant, provider));
        await _work.ReadAsync(store => RequireRegistrationAsync(store, draft), cancellationToken).ConfigureAwait(false);
        return draft;
    }

    private async Task<KeyProvider> RegisterAsync(Operation operation, KeyProviderDraft draft, CancellationToken cancellationToken)
    {
        // What would be refused is refused before a grant is made.
        EncryptionTenant tenant = await _work.ReadAsync(store => RequireRegistrationAsync(store, draft), cancellationToken).ConfigureAwait(false);
        KeyProvider provider = await _grants.MakeAsync(
            operation, tenant, draft.Provider, draft.Registration.GranteePrincipal, cancellationToken).ConfigureAwait(false);
        try
        {
            await _work.ChangeAsync(
                operation,
                StoreScope.Of(tenant.TenantId),
                async change =>
                {
                    await RequireRegistrationAsync(change.Store, draft).ConfigureAwait(false);
                    await change.Store.Providers.AddAsync(provider).ConfigureAwait(false);
                    change.Record(EventTypes.ProviderCreated, provider.TenantId, ProviderData.Of(provider));
                    GrantMaker.Record(change, tenant, provider);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await GrantMaker.RevokeAsync(operation, provider, provider.Grants).ConfigureAwait(false);
            throw;
        }

        return provider;
    }

    private static async Task<EncryptionTenant> RequireRegistrationAsync(IStoreTransaction store, KeyProviderDraft draft)
    {
        KeyProvider provider = draft.Provider;
        EncryptionTenant tenant = await store.Tenants.RequireAsync(provider.TenantId).ConfigureAwait(false);
        IReadOnlyList<KeyProvider> others = await store.Providers.ListAsync(new KeyProviderFilter { TenantId = provider.TenantId }).ConfigureAwait(false);
        RefuseTaken(provider, others);
        PlatformRules.RequireRegistration(tenant, draft.Registration, others);
        PlatformRules.RequireOneOrganization(
            tenant.Profile, [tenant, .. await KeyProviderTester.SharersAsync(store, provider).ConfigureAwait(false)], provider.KeyArn);
        return tenant;
    }

    private static void RefuseTaken(KeyProvider provider, IReadOnlyList<KeyProvider> others)
    {
        ProviderNameRule.RefuseTaken(provider, others);
        if (others.FirstOrDefault(other => other.KeyArn == provider.KeyArn) is { } sameKey)
        {
            throw new TenantEncryptionException(
                ErrorCodes.ProviderExists,
                $"The key {provider.KeyArn} is registered for tenant '{provider.TenantId}' already, as '{sameKey.Name}' ({sameKey.Id}).");
        }
    }

    // One that is as it should be already is no reason to refuse.
    private Task CheckAsync(
        string providerId, KeyProviderStatus? done, Func<IStoreTransaction, KeyProvider, Task> check, CancellationToken cancellationToken) =>
        _work.ReadAsync(
            async store =>
            {
                KeyProvider provider = await store.Providers.RequireAsync(providerId).ConfigureAwait(false);
                if (provider.Status != done)
                {
                    await check(store, provider).ConfigureAwait(false);
                }
            },
            cancellationToken);

    private async Task<KeyProvider> ChangeStatusAsync(
        string command,
        string providerId,
        KeyProviderStatus to,
        string eventType,
        Func<IStoreTransaction, KeyProvider, Task> check,
        CancellationToken cancellationToken)
    {
        string tenantId = (await ReadAsync(providerId, cancellationToken).ConfigureAwait(false)).Tenant.TenantId;
        Operation operation = _work.Begin(command, tenantId);
        await using var _ = operation.ConfigureAwait(false);
        return await _work.ChangeAsync(
            operation,
            StoreScope.Of(tenantId),
            async change =>
            {
                KeyProvider provider = await change.Store.Providers.RequireAsync(providerId).ConfigureAwait(false);
                if (provider.Status == to)
                {
                    return provider;
                }

                await check(change.Store, provider).ConfigureAwait(false);
                KeyProvider changed = provider with { Status = to };
                await change.Store.Providers.UpdateAsync(changed).ConfigureAwait(false);
                await change.RaiseEpochAsync(provider.TenantId).ConfigureAwait(false);
                change.Record(eventType, provider.TenantId, ProviderData.Of(changed));
                return changed;
            },
            cancellationToken).ConfigureAwait(false);
    }
}
