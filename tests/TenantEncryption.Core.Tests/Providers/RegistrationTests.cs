using Amazon.KeyManagementService.Model;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Providers;

public sealed class RegistrationTests
{
    [Fact]
    public async Task A_key_arn_is_registered_pending_without_a_call()
    {
        await using TestService service = await TestService.WithTenantAsync();

        KeyProvider provider = await service.RegisterAsync("CMK");

        Assert.Equal((KeyProviderStatus.Pending, provider.KeyIdentifier), (provider.Status, provider.KeyArn));
        Assert.Equal(64, provider.ArnFingerprint!.Length);
        Assert.Equal(0, service.Kms.Count);
    }

    [Theory]
    [InlineData("arn:aws:kms:eu-west-1:11112222:key/1234abcd-12ab-34cd-56ef-1234567890ab", "account")]
    [InlineData("arn:aws:s3:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", "service")]
    [InlineData("arn:aws:kms::111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", "region")]
    public async Task A_malformed_arn_is_refused_with_the_part_that_is_wrong(string arn, string part)
    {
        await using TestService service = await TestService.WithTenantAsync();

        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.RegisterAsync("CMK", keyIdentifier: arn));

        Assert.Equal(ErrorCodes.InvalidArn, refusal.Code);
        Assert.Contains(part, refusal.Detail, StringComparison.OrdinalIgnoreCase);
        Assert.Single(await service.Service.Providers.ListAsync(new KeyProviderFilter()));
    }

    [Fact]
    public async Task A_name_or_key_that_the_tenant_has_is_refused_and_another_tenant_may_have_both()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.CreateAsync(new() { TenantId = "globex" });
        KeyProvider first = await service.RegisterAsync("CMK");

        Assert.Equal(ErrorCodes.ProviderExists, await Refusal.CodeOfAsync(() => service.RegisterAsync("cmk")));
        Assert.Equal(ErrorCodes.ProviderExists, await Refusal.CodeOfAsync(() => service.RegisterAsync("internal kms")));
        Assert.Equal(ErrorCodes.ProviderExists, await Refusal.CodeOfAsync(() => service.RegisterAsync("Other", keyIdentifier: first.KeyArn)));
        await service.RegisterAsync("CMK", "globex", first.KeyArn);
    }

    [Fact]
    public async Task A_replica_that_a_test_finds_updates_the_registration_which_is_an_event_once()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string keyArn = await service.Keys.CreateMultiRegionKeyAsync();
        KeyProvider provider = await service.RegisterAsync("CMK", keyIdentifier: keyArn);
        await service.Keys.Administrator.ReplicateKeyAsync(new ReplicateKeyRequest { KeyId = keyArn, ReplicaRegion = "eu-central-1" });

        await service.Service.Providers.TestAsync(provider.Id);
        await service.Service.Providers.TestAsync(provider.Id);

        Assert.Single((await service.ProviderAsync("CMK")).ReplicaKeys);
        EncryptionEvent updated = Assert.Single(await service.EventsAsync(), one => one.Type == $"tenantencryption.v1.{EventTypes.ProviderUpdated}");
        Assert.Equal(provider.Id, updated.Data["providerId"]);
    }

    [Fact]
    public async Task An_alias_is_resolved_once_and_never_followed_when_it_moves()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string first = await service.Keys.CreateKeyAsync();
        string alias = "alias/" + Guid.NewGuid().ToString("N");
        await service.Keys.Administrator.CreateAliasAsync(new CreateAliasRequest { AliasName = alias, TargetKeyId = first });
        KeyProvider provider = await service.RegisterAsync("CMK", keyIdentifier: $"arn:aws:kms:eu-west-1:111122223333:{alias}");
        KeyProviderTestResult before = await service.Service.Providers.TestAsync(provider.Id);
        string second = await service.Keys.CreateKeyAsync();
        service.Kms.Resolve = keyId => keyId.EndsWith(alias, StringComparison.Ordinal) ? second : keyId;

        service.Kms.Forget();
        KeyProviderTestResult after = await service.Service.Providers.TestAsync(provider.Id);
        await service.Service.Providers.EnableAsync(provider.Id);

        Assert.Equal(first, provider.KeyArn);
        Assert.Equal(CheckOutcome.Passed, Assert.Single(before.Checks, check => check.Name == "Alias").Outcome);
        KeyProviderCheck moved = Assert.Single(after.Checks, check => check.Name == "Alias");
        Assert.Equal((CheckOutcome.Warning, ErrorCodes.AliasMoved), (moved.Outcome, moved.Code));
        Assert.True(after.Success);
        Assert.All(service.Kms.Calls.Where(call => call.Operation != "DescribeKey"), call => Assert.Equal(first, call.KeyId));
        EncryptionEvent tested = (await service.EventsAsync()).Last(one => one.Type.EndsWith(EventTypes.ProviderTested, StringComparison.Ordinal));
        Assert.Equal([ErrorCodes.AliasMoved], Assert.IsType<object?[]>(tested.Data["warnings"]));
    }
}
