using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Tenants;

public sealed class TenantServiceTests
{
    [Fact]
    public async Task A_new_tenant_has_the_internal_provider_active_and_one_current_key()
    {
        await using TestService service = await TestService.WithTenantAsync();

        KeyProvider provider = Assert.Single(await service.Service.Providers.ListAsync(new KeyProviderFilter { TenantId = "acme" }));
        KeyEncryptionKey key = Assert.Single(await service.Service.Keys.ListAsync("acme"));

        Assert.Equal((KeyProviderType.Internal, KeyProviderStatus.Active), (provider.Type, provider.Status));
        Assert.Equal((KeyEncryptionKeyStatus.Current, provider.Id), (key.Status, key.ProviderId));
        Assert.Equal(0, service.Kms.Count);
    }

    [Fact]
    public async Task A_tenant_that_exists_is_refused_and_left_as_it_was()
    {
        await using TestService service = await TestService.WithTenantAsync();

        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", DisplayName = "Other" }));

        Assert.Equal(ErrorCodes.TenantExists, refusal.Code);
        Assert.Null((await service.Service.Tenants.GetAsync("acme")).DisplayName);
        Assert.Single(await service.Service.Keys.ListAsync("acme"));
    }

    [Fact]
    public async Task Ids_that_differ_only_by_case_are_two_tenants()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "ACME" });

        Assert.Equal(["ACME", "acme"], (await service.Service.Tenants.ListAsync()).Select(tenant => tenant.TenantId));
        byte[] message = await service.ProtectValueAsync([1], "ACME");
        Assert.Equal(ErrorCodes.WrongTenant, await Refusal.CodeOfAsync(() => service.ReadValueAsync(message, new() { TenantId = "acme" })));
    }

    [Fact]
    public async Task An_unknown_id_is_refused_with_the_one_that_differs_only_by_case()
    {
        await using TestService service = await TestService.WithTenantAsync();

        TenantEncryptionException otherCase = await Refusal.OfAsync(() => service.Service.Tenants.GetAsync("Acme"));
        TenantEncryptionException unknown = await Refusal.OfAsync(() => service.Service.Tenants.GetAsync("nobody"));

        Assert.Equal((ErrorCodes.TenantNotFound, ErrorCodes.TenantNotFound), (otherCase.Code, unknown.Code));
        Assert.Contains("'acme'", otherCase.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("acme", unknown.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3601)]
    public async Task A_key_lease_is_between_zero_and_one_hour(int seconds)
    {
        await using TestService service = await TestService.OpenAsync();
        var newTenant = new NewTenant { TenantId = "acme", KeyLease = TimeSpan.FromSeconds(seconds) };

        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => service.Service.Tenants.CreateAsync(newTenant)));
        Assert.Empty(await service.Service.Tenants.ListAsync());
    }

    [Fact]
    public async Task An_unknown_platform_is_refused_with_those_there_are()
    {
        await using TestService service = await TestService.OpenAsync();

        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", Platform = "nowhere" }));

        Assert.Equal(ErrorCodes.InvalidInput, refusal.Code);
        Assert.Contains("standalone", refusal.Detail, StringComparison.Ordinal);
    }
}
