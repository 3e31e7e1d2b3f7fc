using System.Text;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

public sealed class DirectTenantTests
{
    [Fact]
    public async Task A_context_value_of_its_own_is_refused_as_KMS_sees_the_messages_context()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(hierarchy: KeyHierarchy.Direct);
        await using TestService owned = service;
        var other = new NewKeyProvider { TenantId = "acme", Name = "Other", KeyIdentifier = cmk.KeyArn!, ContextValue = "theirs" };

        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => service.Service.Providers.RegisterAsync(other)));
    }

    [Fact]
    public async Task Each_message_costs_one_call_to_write_and_one_to_read()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(hierarchy: KeyHierarchy.Direct);
        await using TestService owned = service;

        byte[] one = await service.ProtectValueAsync([1]);
        byte[] two = await service.ProtectValueAsync([2]);
        Assert.Equal([1], await service.ReadValueAsync(one));
        Assert.Equal([2], await service.ReadValueAsync(two));

        Assert.Equal(["GenerateDataKey", "GenerateDataKey", "Decrypt", "Decrypt"], service.Kms.Calls.Select(call => call.Operation));
        MessageInfo header = TenantDataProtector.ReadHeader(one);
        Assert.Equal((cmk.KeyArn, null), (header.KeyArn, header.KekId));
        Assert.Equal(2, (await service.ProviderAsync("CMK")).ValueCount);
    }

    [Fact]
    public async Task Files_are_catalogued_under_the_provider_and_count_as_its_dependants()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(hierarchy: KeyHierarchy.Direct);
        await using TestService owned = service;
        string message = await service.ProtectAsync(service.Folders.Random("one"));
        await service.Service.Providers.EnableAsync((await service.RegisterAsync("Next")).Id);

        Assert.Equal((1, 0), ((await service.ProviderAsync("CMK")).MessageCount, (await service.ProviderAsync("CMK")).ValueCount));
        Assert.Equal(message, Assert.Single(await service.Service.Data.ListCatalogAsync(providerId: cmk.Id).ToListAsync()).Path);
        Assert.Null((await service.UnprotectAsync(message, service.Folders.At("out"))).Error);
        Assert.Equal(ErrorCodes.HasDependants, await Refusal.CodeOfAsync(() => service.Service.Providers.DisableAsync(cmk.Id)));
        await service.Service.Providers.DisableAsync(cmk.Id, force: true);
        Assert.Equal(ErrorCodes.ProviderDeactivated, (await service.UnprotectAsync(message, service.Folders.At("out2"))).Error?.Code);
    }

    [Fact]
    public async Task Under_the_internal_provider_messages_are_hierarchical()
    {
        await using TestService service = await TestService.WithTenantAsync(hierarchy: KeyHierarchy.Direct);

        byte[] message = await service.ProtectValueAsync([1]);

        Assert.NotNull(TenantDataProtector.ReadHeader(message).KekId);
        Assert.Equal([1], await service.ReadValueAsync(message));
    }

    [Fact]
    public async Task A_master_key_that_is_no_provider_of_the_tenant_is_never_asked()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(hierarchy: KeyHierarchy.Direct);
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        string stranger = await service.Keys.CreateKeyAsync();
        int at = message.AsSpan().IndexOf(Encoding.ASCII.GetBytes(cmk.KeyArn!));
        Encoding.ASCII.GetBytes(stranger).CopyTo(message, at);
        service.Kms.Forget();

        Assert.Equal(ErrorCodes.WrongKey, await service.CodeOfReadingAsync(message));
        Assert.Equal(0, service.Kms.Count);
    }

    [Fact]
    public async Task A_pending_provider_of_the_tenant_is_never_asked()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(hierarchy: KeyHierarchy.Direct);
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        KeyProvider pending = await service.RegisterAsync("Pending");
        Encoding.ASCII.GetBytes(pending.KeyArn!).CopyTo(message, message.AsSpan().IndexOf(Encoding.ASCII.GetBytes(cmk.KeyArn!)));
        service.Kms.Forget();

        Assert.Equal(ErrorCodes.WrongKey, await service.CodeOfReadingAsync(message));
        Assert.Equal(0, service.Kms.Count);
    }
}
