using TenantEncryption.Errors;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Providers;

public sealed class ProviderNameTests
{
    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("kp-1234")]
    [InlineData("KP-1234")]
    [InlineData("kek-1234")]
    [InlineData("mig-1234")]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:key/x")]
    [InlineData("Arn:anything")]
    [InlineData("Internal")]
    [InlineData("internal")]
    [InlineData("a\tb")]
    public void A_name_that_could_be_read_as_something_else_is_refused(string name) =>
        Assert.Equal(ErrorCodes.InvalidInput, Assert.Throws<TenantEncryptionException>(() => ProviderNameRule.Check(name)).Code);

    [Theory]
    [InlineData("Globex CMK [2026]")]
    [InlineData("*")]
    [InlineData("Internal 2")]
    public void Any_other_name_is_taken(string name) => Assert.Same(name, ProviderNameRule.Check(name));

    [Fact]
    public async Task A_name_that_fits_the_providers_of_two_tenants_is_ambiguous_until_the_tenant_is_named()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.CreateAsync(new() { TenantId = "globex" });
        KeyProvider acme = await service.RegisterAsync("CMK");
        KeyProvider globex = await service.RegisterAsync("CMK", "globex");

        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.Service.Providers.ResolveAsync("CMK"));

        Assert.Equal(ErrorCodes.AmbiguousProvider, refusal.Code);
        Assert.Contains($"{acme.Id} of tenant 'acme'", refusal.Detail, StringComparison.Ordinal);
        Assert.Contains($"{globex.Id} of tenant 'globex'", refusal.Detail, StringComparison.Ordinal);
        Assert.Equal(globex.Id, (await service.Service.Providers.ResolveAsync("CMK", "globex")).Id);
    }

    [Fact]
    public async Task A_reference_is_an_id_an_arn_the_internal_provider_or_else_a_name_taken_literally()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider cmk = await service.RegisterAsync("C*");

        Assert.Equal(cmk.Id, (await service.Service.Providers.ResolveAsync(cmk.Id)).Id);
        Assert.Equal(cmk.Id, (await service.Service.Providers.ResolveAsync(cmk.KeyArn!)).Id);
        Assert.Equal(cmk.Id, (await service.Service.Providers.ResolveAsync("C*")).Id);
        Assert.Equal(KeyProviderType.Internal, (await service.Service.Providers.ResolveAsync("internal", "acme")).Type);
        Assert.Equal(ErrorCodes.ProviderNotFound, await Refusal.CodeOfAsync(() => service.Service.Providers.ResolveAsync("CM*")));
        Assert.Equal(ErrorCodes.ProviderNotFound, await Refusal.CodeOfAsync(() => service.Service.Providers.ResolveAsync("kp-nothing")));
        Assert.Equal(ErrorCodes.TenantNotFound, await Refusal.CodeOfAsync(() => service.Service.Providers.ResolveAsync("C*", "nobody")));
    }
}
