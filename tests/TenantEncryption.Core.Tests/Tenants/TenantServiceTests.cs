using System.Globalization;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
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

    [Fact]
    public async Task An_id_that_looks_the_same_in_another_Unicode_form_is_named()
    {
        await using TestService service = await TestService.OpenAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "caf\u00e9" });

        TenantEncryptionException decomposed = await Refusal.OfAsync(() => service.Service.Tenants.GetAsync("cafe\u0301"));
        TenantEncryptionException otherCase = await Refusal.OfAsync(() => service.Service.Tenants.GetAsync("CAFE\u0301"));
        TenantEncryptionException broken = await Refusal.OfAsync(() => service.Service.Tenants.GetAsync("caf\ud834"));

        Assert.All([decomposed, otherCase, broken], refusal => Assert.Equal(ErrorCodes.TenantNotFound, refusal.Code));
        Assert.Contains("normalization form C", decomposed.Detail, StringComparison.Ordinal);
        Assert.Contains("case-sensitive", otherCase.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("but there is", broken.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00:00:00.0000030", "ticks")]
    [InlineData("00:00:00.9999999", "shorter than a second")]
    [InlineData("-00:00:01", "negative")]
    [InlineData("01:00:01", "longer than 01:00:00")]
    public async Task A_key_lease_is_zero_or_a_second_to_an_hour(string lease, string why)
    {
        await using TestService service = await TestService.OpenAsync();
        var newTenant = new NewTenant { TenantId = "acme", KeyLease = TimeSpan.Parse(lease, CultureInfo.InvariantCulture) };

        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.Service.Tenants.CreateAsync(newTenant));

        Assert.Equal(ErrorCodes.InvalidInput, refusal.Code);
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("00:00:30", refusal.Remedy, StringComparison.Ordinal);
        Assert.Empty(await service.Service.Tenants.ListAsync());
    }

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("00:00:01")]
    [InlineData("01:00:00")]
    public async Task A_key_lease_at_the_edge_is_taken(string lease)
    {
        await using TestService service = await TestService.OpenAsync();

        EncryptionTenant tenant = await service.Service.Tenants.CreateAsync(
            new NewTenant { TenantId = "acme", KeyLease = TimeSpan.Parse(lease, CultureInfo.InvariantCulture) });

        Assert.Equal(lease, tenant.KeyLease.ToString("c"));
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
