using TenantEncryption.Errors;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Providers;

/// <summary>The state table of the product: each operation in each state. The tenant's other provider, where one is needed, is the internal one.</summary>
public sealed class ProviderStateTests
{
    // What each operation does in each state: the state after it, or the code of its refusal.
    [Theory]
    [InlineData("enable", KeyProviderStatus.Pending, "Active")]
    [InlineData("enable", KeyProviderStatus.Active, "Active")]
    [InlineData("enable", KeyProviderStatus.Archived, ErrorCodes.TransitionForbidden)]
    [InlineData("enable", KeyProviderStatus.Deactivated, ErrorCodes.TransitionForbidden)]
    [InlineData("disable", KeyProviderStatus.Pending, ErrorCodes.TransitionForbidden)]
    [InlineData("disable", KeyProviderStatus.Active, ErrorCodes.TransitionForbidden)]
    [InlineData("disable", KeyProviderStatus.Archived, "Deactivated")]
    [InlineData("disable", KeyProviderStatus.Deactivated, "Deactivated")]
    [InlineData("restore", KeyProviderStatus.Pending, ErrorCodes.TransitionForbidden)]
    [InlineData("restore", KeyProviderStatus.Active, ErrorCodes.TransitionForbidden)]
    [InlineData("restore", KeyProviderStatus.Archived, "Archived")]
    [InlineData("restore", KeyProviderStatus.Deactivated, "Archived")]
    [InlineData("remove", KeyProviderStatus.Pending, "gone")]
    [InlineData("remove", KeyProviderStatus.Active, ErrorCodes.TransitionForbidden)]
    [InlineData("remove", KeyProviderStatus.Archived, "gone")]
    [InlineData("remove", KeyProviderStatus.Deactivated, "gone")]
    [InlineData("migrate", KeyProviderStatus.Pending, "Active")]
    [InlineData("migrate", KeyProviderStatus.Active, "Active")]
    [InlineData("migrate", KeyProviderStatus.Archived, "Active")]
    [InlineData("migrate", KeyProviderStatus.Deactivated, ErrorCodes.ProviderDeactivated)]
    public async Task Each_operation_does_in_each_state_what_the_table_says(string operation, KeyProviderStatus state, string expected)
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider provider = await InStateAsync(service, state);
        int events = (await service.EventsAsync()).Count;

        string outcome = await OutcomeAsync(service, operation, provider.Id);

        Assert.Equal(expected, outcome);
        KeyProvider[] all = [.. await service.Service.Providers.ListAsync(new KeyProviderFilter { TenantId = "acme" })];
        Assert.Single(all, one => one.Current);
        if (outcome == ErrorCodes.TransitionForbidden || outcome == state.ToString())
        {
            Assert.Equal(state, all.Single(one => one.Id == provider.Id).Status);

            // Migrating to the Active provider gathers the keys that activating it left behind, and tells so.
            if (operation != "migrate")
            {
                Assert.Equal(events, (await service.EventsAsync()).Count);
            }
        }
    }

    [Theory]
    [InlineData("enable", ErrorCodes.TransitionForbidden)]
    [InlineData("disable", "Deactivated")]
    [InlineData("restore", "Archived")]
    [InlineData("remove", ErrorCodes.TransitionForbidden)]
    [InlineData("migrate", "Active")]
    public async Task The_internal_provider_follows_the_table_once_archived_but_is_never_removed(string operation, string expected)
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService owned = service;

        Assert.Equal(expected, await OutcomeAsync(service, operation, (await service.InternalAsync()).Id));
    }

    [Fact]
    public async Task The_active_internal_provider_can_be_neither_disabled_nor_removed()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string id = (await service.InternalAsync()).Id;

        Assert.Equal("Active", await OutcomeAsync(service, "enable", id));
        Assert.Equal(ErrorCodes.TransitionForbidden, await OutcomeAsync(service, "disable", id));
        Assert.Equal(ErrorCodes.TransitionForbidden, await OutcomeAsync(service, "restore", id));
        Assert.Equal(ErrorCodes.TransitionForbidden, await Refusal.CodeOfAsync(() => service.Service.Providers.RemoveAsync(id, force: true)));
    }

    [Theory]
    [InlineData("enable")]
    [InlineData("remove")]
    [InlineData("migrate")]
    public async Task While_a_migration_is_unfinished_nothing_changes_a_provider(string operation)
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider other = await service.RegisterAsync("Other");
        await SuspendedMigrationAsync(service, await service.RegisterAsync("CMK"));

        Assert.Equal(ErrorCodes.MigrationRunning, await OutcomeAsync(service, operation, other.Id));
    }

    [Fact]
    public async Task While_a_migration_is_unfinished_no_archived_provider_is_disabled()
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        await SuspendedMigrationAsync(service, await service.RegisterAsync("Next"));

        Assert.Equal(ErrorCodes.MigrationRunning, await OutcomeAsync(service, "disable", (await service.InternalAsync()).Id));
    }

    [Theory]
    [InlineData(KeyProviderStatus.Pending, true, KeyProviderVerdict.SafeToActivate)]
    [InlineData(KeyProviderStatus.Active, true, KeyProviderVerdict.Working)]
    [InlineData(KeyProviderStatus.Archived, true, KeyProviderVerdict.ShouldWork)]
    [InlineData(KeyProviderStatus.Deactivated, false, KeyProviderVerdict.WontWork)]
    public async Task A_test_changes_no_state_and_says_whether_the_provider_works(KeyProviderStatus state, bool success, KeyProviderVerdict verdict)
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider provider = await InStateAsync(service, state);

        KeyProviderTestResult result = await service.Service.Providers.TestAsync(provider.Id);

        Assert.Equal((success, verdict), (result.Success, result.Verdict));
        KeyProvider after = await service.ProviderAsync("CMK");
        Assert.Equal((state, result.Code), (after.Status, after.LastTest));
    }

    [Fact]
    public async Task What_is_archived_reads_and_what_is_deactivated_does_not_until_it_is_restored()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1, 2, 3]);
        KeyProvider next = await service.RegisterAsync("Next");
        await service.Service.Providers.EnableAsync(next.Id);

        Assert.Equal([1, 2, 3], await service.ReadValueAsync(message));
        await service.Service.Providers.DisableAsync(cmk.Id, force: true);
        Assert.Equal(ErrorCodes.ProviderDeactivated, await service.CodeOfReadingAsync(message));
        await service.Service.Providers.RestoreAsync(cmk.Id);
        Assert.Equal([1, 2, 3], await service.ReadValueAsync(message));
    }

    /// <summary>Begins a migration and cancels it before its first key moves.</summary>
    internal static async Task<KeyMigration> SuspendedMigrationAsync(TestService service, KeyProvider target)
    {
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service.Service.Migrations.StartAsync(
            "acme", target.Id, progress: new Told<KeyMigration>(_ => cancellation.Cancel()), cancellationToken: cancellation.Token));
        KeyMigration migration = (await service.Service.Migrations.ListAsync("acme"))[^1];
        Assert.Equal(MigrationState.Suspended, migration.State);
        return migration;
    }

    private static async Task<KeyProvider> InStateAsync(TestService service, KeyProviderStatus state)
    {
        KeyProvider provider = await service.RegisterAsync("CMK");
        if (state != KeyProviderStatus.Pending)
        {
            await service.Service.Providers.EnableAsync(provider.Id);
        }

        if (state is KeyProviderStatus.Archived or KeyProviderStatus.Deactivated)
        {
            await service.Service.Migrations.StartAsync("acme", (await service.InternalAsync()).Id);
        }

        return state == KeyProviderStatus.Deactivated
            ? await service.Service.Providers.DisableAsync(provider.Id)
            : await service.ProviderAsync("CMK");
    }

    private static async Task<string> OutcomeAsync(TestService service, string operation, string id)
    {
        KeyProviderService providers = service.Service.Providers;
        try
        {
            switch (operation)
            {
                case "enable":
                    return (await providers.EnableAsync(id)).Status.ToString();
                case "disable":
                    return (await providers.DisableAsync(id)).Status.ToString();
                case "restore":
                    return (await providers.RestoreAsync(id)).Status.ToString();
                case "remove":
                    await providers.RemoveAsync(id);
                    Assert.Equal(ErrorCodes.ProviderNotFound, await Refusal.CodeOfAsync(() => providers.TestAsync(id)));
                    return "gone";
                default:
                    await service.Service.Migrations.StartAsync("acme", id);
                    return (await providers.ResolveAsync(id)).Status.ToString();
            }
        }
        catch (TenantEncryptionException refusal)
        {
            return refusal.Code;
        }
    }
}
