using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Providers;

public sealed class DependantsTests
{
    [Fact]
    public async Task Disabling_says_how_many_files_and_values_would_be_shut()
    {
        (TestService service, KeyProvider cmk) = await ArchivedWithDataAsync();
        await using TestService owned = service;

        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.Service.Providers.DisableAsync(cmk.Id));

        Assert.Equal(ErrorCodes.HasDependants, refusal.Code);
        Assert.StartsWith("2 files and up to 3 values outside the catalog depend on the key provider 'CMK'", refusal.Detail, StringComparison.Ordinal);
        Assert.Equal(KeyProviderStatus.Archived, (await service.ProviderAsync("CMK")).Status);
        Assert.Equal(KeyProviderStatus.Deactivated, (await service.Service.Providers.DisableAsync(cmk.Id, force: true)).Status);
    }

    [Fact]
    public async Task Its_remedy_gathers_the_keys_under_the_Active_provider_and_then_it_can_be_done()
    {
        (TestService service, KeyProvider cmk) = await ArchivedWithDataAsync();
        await using TestService owned = service;
        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.Service.Providers.DisableAsync(cmk.Id));

        KeyProvider active = await service.ProviderAsync("Next");
        await service.Service.Migrations.StartAsync("acme", active.Id);

        Assert.Contains("KeyMigrationService.StartAsync of tenant 'acme' to 'Next'", refusal.Remedy, StringComparison.Ordinal);
        Assert.Equal(KeyProviderStatus.Deactivated, (await service.Service.Providers.DisableAsync(cmk.Id)).Status);
    }

    [Fact]
    public async Task What_would_be_refused_can_be_asked_for_before_anything_is_done()
    {
        (TestService service, KeyProvider cmk) = await ArchivedWithDataAsync(TimeSpan.Zero);
        await using TestService owned = service;
        KeyProviderService providers = service.Service.Providers;
        int events = (await service.EventsAsync()).Count;

        Assert.Equal(ErrorCodes.HasDependants, await Refusal.CodeOfAsync(() => providers.CheckDisablingAsync(cmk.Id)));
        Assert.Equal(ErrorCodes.HasDependants, await Refusal.CodeOfAsync(() => providers.CheckRemovalAsync(cmk.Id)));
        Assert.Equal(ErrorCodes.TransitionForbidden, await Refusal.CodeOfAsync(async () => await providers.CheckDisablingAsync((await service.ProviderAsync("Next")).Id)));
        await providers.CheckDisablingAsync(cmk.Id, force: true);
        await providers.CheckRemovalAsync(cmk.Id, force: true);
        await providers.CheckRestoringAsync(cmk.Id);

        Assert.Equal(KeyProviderStatus.Archived, (await service.ProviderAsync("CMK")).Status);
        Assert.Equal(events, (await service.EventsAsync()).Count);
    }

    [Fact]
    public async Task Removing_says_the_same_and_with_force_takes_the_keys_with_it()
    {
        (TestService service, KeyProvider cmk) = await ArchivedWithDataAsync(TimeSpan.Zero);
        await using TestService owned = service;
        string[] keks = [.. (await service.Service.Keys.ListAsync("acme")).Where(key => key.ProviderId == cmk.Id).Select(key => key.KekId)];

        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.Service.Providers.RemoveAsync(cmk.Id));
        await service.Service.Providers.RemoveAsync(cmk.Id, force: true);

        Assert.Equal(ErrorCodes.HasDependants, refusal.Code);
        Assert.Contains("2 files and up to 3 values", refusal.Detail, StringComparison.Ordinal);
        Assert.Contains("lost for good", refusal.Detail, StringComparison.Ordinal);
        Assert.NotEmpty(keks);
        Assert.DoesNotContain(await service.Service.Keys.ListAsync("acme"), key => keks.Contains(key.KekId));
        FileOutcome<UnprotectedFile> read = await service.UnprotectAsync(service.Folders.At("one.tenc"), service.Folders.At("out"));
        Assert.Equal(ErrorCodes.WrongKey, read.Error?.Code);
    }

    [Fact]
    public async Task No_key_is_removed_before_the_longest_lease_since_it_was_active_has_passed_even_with_force()
    {
        var time = new ManualTimeProvider();
        (TestService service, KeyProvider cmk) = await ArchivedWithDataAsync(TimeSpan.FromMinutes(5), time);
        await using TestService owned = service;
        Task Remove() => service.Service.Providers.RemoveAsync(cmk.Id, force: true);

        time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        TenantEncryptionException refusal = await Refusal.OfAsync(Remove);
        Assert.Equal(ErrorCodes.HasDependants, refusal.Code);
        Assert.DoesNotContain("force", refusal.Message, StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(1));
        await Remove();
    }

    [Fact]
    public async Task No_key_is_removed_while_a_writer_holds_a_reservation_even_with_force()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(keyLease: TimeSpan.Zero);
        await using TestService owned = service;
        await using (DataSession session = service.Service.Data.BeginSession())
        {
            await session.ProtectValueAsync("acme", new byte[] { 1 });
            await using TestService other = await service.OpenAnotherAsync();
            await other.Service.Providers.EnableAsync((await other.RegisterAsync("Next")).Id);

            TenantEncryptionException refusal = await Refusal.OfAsync(() => other.Service.Providers.RemoveAsync(cmk.Id, force: true));
            Assert.Equal(ErrorCodes.HasDependants, refusal.Code);
            Assert.Contains("writers", refusal.Detail, StringComparison.Ordinal);
            Assert.DoesNotContain("force", refusal.Message, StringComparison.Ordinal);
        }

        await service.Service.Providers.RemoveAsync(cmk.Id, force: true);
    }

    [Fact]
    public async Task A_writer_that_died_does_not_hold_up_a_removal()
    {
        var time = new ManualTimeProvider();
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(options => options with { Time = time }, TimeSpan.Zero);
        await using TestService owned = service;
        service.Sql("INSERT INTO sessions VALUES ('ses-dead', 'here', 'before', 1, 1, 1, 1)");
        service.Sql(
            "INSERT INTO wrap_reservations SELECT 'res-dead', tenant_id, kek_id, provider_id, 1, 1, 'ses-dead' FROM key_encryption_keys WHERE provider_id = $id",
            ("$id", cmk.Id));
        await service.Service.Providers.EnableAsync((await service.RegisterAsync("Next")).Id);

        await service.Service.Providers.RemoveAsync(cmk.Id, force: true);

        Assert.Equal(ErrorCodes.ProviderNotFound, await Refusal.CodeOfAsync(() => service.ProviderAsync("CMK")));
    }

    // Two files and three values (one of them in a block of two that its writer never gave back) under a provider that is archived since.
    private static async Task<(TestService Service, KeyProvider Cmk)> ArchivedWithDataAsync(TimeSpan? lease = null, TimeProvider? time = null)
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(
            options => options with { Time = time ?? TimeProvider.System }, lease);
        await service.ProtectAsync(service.Folders.Random("one"));
        await service.ProtectAsync(service.Folders.Random("two"));
        await using (DataSession session = service.Service.Data.BeginSession())
        {
            for (int i = 0; i < 3; i++)
            {
                await session.ProtectValueAsync("acme", new byte[] { 1 });
            }
        }

        await service.Service.Providers.EnableAsync((await service.RegisterAsync("Next")).Id);
        return (service, await service.ProviderAsync("CMK") is { ValueCount: 3 } archived ? archived : cmk);
    }
}
