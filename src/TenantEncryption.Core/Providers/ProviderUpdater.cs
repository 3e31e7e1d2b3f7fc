using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Kms;
using TenantEncryption.Providers.Validation;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Providers;

/// <summary>Changes what is not fixed of a key provider. A connection by which data is read is tested before it is kept: a typo must not shut a tenant.</summary>
internal sealed class ProviderUpdater(UnitOfWork work, KeyProviderTester tester)
{
    /// <summary>What an update would do. Nothing is changed, and nothing is called.</summary>
    public Task<KeyProviderUpdatePlan> PlanAsync(string providerId, KeyProviderUpdate update, CancellationToken cancellationToken) => work.ReadAsync(
        async store =>
        {
            Outcome outcome = await ApplyAsync(store, providerId, update).ConfigureAwait(false);
            return new KeyProviderUpdatePlan(outcome.Changes, outcome.MustBeTested ? tester.CountChecks(outcome.Tenant, outcome.After) : 0);
        },
        cancellationToken);

    /// <summary>Changes it.</summary>
    public async Task<KeyProvider> UpdateAsync(string providerId, KeyProviderUpdate update, CancellationToken cancellationToken)
    {
        string tenantId = (await work.ReadAsync(store => store.Providers.RequireAsync(providerId), cancellationToken).ConfigureAwait(false)).TenantId;
        Operation operation = work.Begin("KeyProviderService.UpdateAsync", tenantId);
        await using var _ = operation.ConfigureAwait(false);
        while (true)
        {
            Outcome tested = await work.ReadAsync(store => ApplyAsync(store, providerId, update), cancellationToken).ConfigureAwait(false);
            if (tested.MustBeTested)
            {
                await tester.RequireWorkingUpdateAsync(operation, tested.Tenant, tested.After, cancellationToken).ConfigureAwait(false);
            }

            KeyProvider? updated = await work.ChangeAsync(
                operation, StoreScope.Of(tenantId), change => KeepAsync(change, providerId, update, tested), cancellationToken).ConfigureAwait(false);
            if (updated is not null)
            {
                return updated;
            }
        }
    }

    // Nothing is kept where something that was not tested came in between.
    private static async Task<KeyProvider?> KeepAsync(Change change, string providerId, KeyProviderUpdate update, Outcome tested)
    {
        Outcome outcome = await ApplyAsync(change.Store, providerId, update).ConfigureAwait(false);
        if (outcome.MustBeTested && !(tested.MustBeTested && outcome.After.Connection == tested.After.Connection))
        {
            return null;
        }

        if (outcome.Changes.Count == 0)
        {
            return outcome.Before;
        }

        await change.Store.Providers.UpdateAsync(outcome.After).ConfigureAwait(false);

        // Who reads by the old connection asks for the provider again within a second.
        if (outcome.After.Connection != outcome.Before.Connection)
        {
            await change.RaiseEpochAsync(outcome.After.TenantId).ConfigureAwait(false);
        }

        JObject data = ProviderData.Of(outcome.After);
        data["changes"] = PropertyChange.Describe(outcome.Changes);
        change.Record(EventTypes.ProviderUpdated, outcome.After.TenantId, data);
        return outcome.After;
    }

    private static async Task<Outcome> ApplyAsync(IStoreTransaction store, string providerId, KeyProviderUpdate update)
    {
        KeyProvider before = await store.Providers.RequireAsync(providerId).ConfigureAwait(false);
        EncryptionTenant tenant = await store.Tenants.RequireAsync(before.TenantId).ConfigureAwait(false);
        KeyProvider after = before with
        {
            Name = update.Name is { } name && name != before.Name ? ProviderNameRule.Check(name) : before.Name,
            Description = Changed(before.Description, update.Description),
            Connection = Connect(before, update),
        };
        if (after.Name != before.Name)
        {
            ProviderNameRule.RefuseTaken(after, await store.Providers.ListAsync(new KeyProviderFilter { TenantId = tenant.TenantId }).ConfigureAwait(false));
        }

        (KmsConnection was, KmsConnection now) = (before.Connection, after.Connection);
        return new Outcome(tenant, before, after, PropertyChange.Between(
            (nameof(before.Name), before.Name, after.Name),
            (nameof(before.Description), before.Description, after.Description),
            (nameof(was.Region), was.Region, now.Region),
            (nameof(was.ProfileName), was.ProfileName, now.ProfileName),
            (nameof(was.EndpointUrl), was.EndpointUrl, now.EndpointUrl),
            (nameof(was.RoleArn), was.RoleArn, now.RoleArn),
            (nameof(was.ExternalId), was.ExternalId, now.ExternalId),
            (nameof(was.FipsEndpoints), was.FipsEndpoints?.ToString(), now.FipsEndpoints?.ToString())));
    }

    private static KmsConnection Connect(KeyProvider provider, KeyProviderUpdate update)
    {
        if (!update.IsOfConnection)
        {
            return provider.Connection;
        }

        if (provider.KeyArn is not { } keyArn)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"'{provider.Name}' of tenant '{provider.TenantId}' is the internal KMS, which is reached by no connection.");
        }

        string own = KeyIdentifier.Parse(keyArn).Region!;
        if (update.Region is { Length: > 0 } region && region != own)
        {
            throw new TenantEncryptionException(
                ErrorCodes.WrongRegion,
                $"The key of '{provider.Name}' is in {own}, and KMS in {region} does not have it.",
                remedy: "A key in another region is another key provider: register it, and move the tenant's keys to it.")
            {
                KeyArn = keyArn,
                Region = own,
            };
        }

        KmsConnection before = provider.Connection;
        return before with
        {
            Region = update.Region is null ? before.Region : own,
            ProfileName = Changed(before.ProfileName, update.ProfileName),
            EndpointUrl = Changed(before.EndpointUrl, update.EndpointUrl),
            RoleArn = Changed(before.RoleArn, update.RoleArn),
            ExternalId = Changed(before.ExternalId, update.ExternalId),
            FipsEndpoints = update.FipsEndpoints ?? before.FipsEndpoints,
        };
    }

    private static string? Changed(string? before, string? given) => given is null ? before : given.Length == 0 ? null : given;

    private sealed record Outcome(EncryptionTenant Tenant, KeyProvider Before, KeyProvider After, IReadOnlyList<PropertyChange> Changes)
    {
        /// <summary>Whether data is read by the connection that changes.</summary>
        public bool MustBeTested => After.Connection != Before.Connection && After.Status is KeyProviderStatus.Active or KeyProviderStatus.Archived;
    }
}
