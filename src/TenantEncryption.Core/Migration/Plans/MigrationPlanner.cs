using System.Globalization;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Prices;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Migration;

/// <summary>Decides what a migration moves, and whether it may.</summary>
internal static class MigrationPlanner
{
    /// <summary>Refuses a target that no migration may have.</summary>
    public static void RefuseTarget(string tenantId, KeyProvider target)
    {
        if (target.TenantId != tenantId)
        {
            throw new TenantEncryptionException(
                ErrorCodes.ProviderNotFound, $"The key provider '{target.Name}' belongs to tenant '{target.TenantId}', not to '{tenantId}'.");
        }

        if (target.Status == KeyProviderStatus.Deactivated)
        {
            throw new TenantEncryptionException(ErrorCodes.ProviderDeactivated, $"The key provider '{target.Name}' is Deactivated.") { KeyArn = target.KeyArn };
        }
    }

    /// <summary>The plan of a migration.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="target">The target, which need not be registered yet.</param>
    /// <param name="mode">What moves.</param>
    /// <param name="options">What was asked.</param>
    /// <param name="callsToTest">How many calls of KMS a test of a provider makes.</param>
    public static async Task<KeyMigrationPlan> PlanAsync(
        IStoreTransaction transaction,
        string tenantId,
        KeyProvider target,
        IMigrationMode mode,
        KeyMigrationOptions options,
        Func<EncryptionTenant, KeyProvider, int> callsToTest)
    {
        EncryptionTenant tenant = await transaction.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
        KeyProvider active = (await transaction.Providers.FindActiveAsync(tenantId).ConfigureAwait(false))!;
        MigrationWork work = await mode.MeasureAsync(transaction, tenant, target, options).ConfigureAwait(false);
        long bytes = 0;
        foreach (MessageSource source in work.Sources)
        {
            bytes += await transaction.Ranges.MeasureAsync(source).ConfigureAwait(false);
        }

        int tests = work.IsNothing ? 0 : callsToTest(tenant, target);
        long calls = work.IsNothing ? 0 : tests + work.KmsCalls;
        return new KeyMigrationPlan
        {
            TenantId = tenantId,
            Mode = options.Mode,
            MigratingFrom = target.Status != KeyProviderStatus.Active || work.IsNothing ? active.Name : string.Join(", ", work.From),
            MigratingTo = target.Name,
            NewKey = work.NewKey,
            Keks = work.Keks,
            Messages = work.Messages,
            Values = work.Values,
            Bytes = bytes,
            KmsCalls = calls,
            Cost = KmsPrices.OfCalls(calls, target.KeyArn is null ? work.Regions : [KeyRegion.Home(target).Region, .. work.Regions]),
            EstimatedTime = work.IsNothing ? TimeSpan.Zero : await EstimateAsync(transaction, tenant, work, tests, bytes, options).ConfigureAwait(false),
            Refusal = work.IsNothing ? null : await FindRefusalAsync(transaction, tenant, active, target).ConfigureAwait(false),
            Warnings = WarningsOf(target),
            Notes = work.IsNothing ? [] : work.Notes,
        };
    }

    // The tests of the target follow one another; keys and messages are worked on side by side.
    private static async Task<TimeSpan> EstimateAsync(
        IStoreTransaction transaction, EncryptionTenant tenant, MigrationWork work, int tests, long bytes, KeyMigrationOptions options)
    {
        MigrationPace pace = await MigrationPace.ReadAsync(transaction, tenant.TenantId).ConfigureAwait(false);
        double calls = tests + (work.KmsCalls / (double)Math.Clamp(work.SideBySide, 1, options.Workers));
        return pace.Estimate(calls, work.Sources.Count > 0 ? work.Messages : 0, bytes, options.Workers);
    }

    private static async Task<TenantEncryptionException?> FindRefusalAsync(
        IStoreTransaction transaction, EncryptionTenant tenant, KeyProvider active, KeyProvider target)
    {
        try
        {
            RefuseTarget(tenant.TenantId, target);
            PlatformRules.RequireMigration(tenant, active, target);
            await ProviderTransition.RefuseParentAsync(transaction, target).ConfigureAwait(false);
            await transaction.Migrations.RefuseUnfinishedAsync(tenant.TenantId).ConfigureAwait(false);
            return null;
        }
        catch (TenantEncryptionException refusal)
        {
            return refusal;
        }
    }

    // The migration tests the target again, so this is no refusal yet: the key may have been mended.
    private static IReadOnlyList<string> WarningsOf(KeyProvider target) => target.LastTest is null or ErrorCodes.Success
        ? []
        :
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"{target.LastTest}: the last test of '{target.Name}', at {target.LastTestedAt:u}, failed. It is tested again first, and nothing moves unless it works."),
        ];
}
