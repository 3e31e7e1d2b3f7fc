using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.MasterKeys;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.MasterKeys;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Providers;

public sealed class ValidationTests
{
    public static TheoryData<string, string> Faults => new()
    {
        { "disabled", ErrorCodes.KeyDisabled },
        { "pending deletion", ErrorCodes.KeyPendingDeletion },
        { "pending import", ErrorCodes.KeyPendingImport },
        { "asymmetric", ErrorCodes.InvalidKeySpec },
        { "not found", ErrorCodes.KeyNotFound },
        { "unreachable", ErrorCodes.KmsUnreachable },
        { "wrong region", ErrorCodes.WrongRegion },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Neither_enabling_nor_migrating_to_a_key_that_can_not_work_changes_anything(string fault, string code)
    {
        await using TestService service = await TestService.OpenAsync();
        await service.Service.Tenants.CreateAsync(new() { TenantId = "acme", Region = fault == "wrong region" ? "us-east-1" : null });
        byte[] message = await service.ProtectValueAsync([1]);
        KeyProvider provider = await FaultyAsync(service, fault);

        KeyProviderTestResult result = await service.Service.Providers.TestAsync(provider.Id);
        string enabling = await Refusal.CodeOfAsync(() => service.Service.Providers.EnableAsync(provider.Id));
        string migrating = await Refusal.CodeOfAsync(() => service.Service.Migrations.StartAsync("acme", provider.Id));

        Assert.Equal((code, code, code), (result.Code, enabling, migrating));
        Assert.Equal(KeyProviderVerdict.WontWork, result.Verdict);
        Assert.NotNull(result.Checks.First(check => check.Outcome == CheckOutcome.Failed).Remedy);
        Assert.Equal(KeyProviderStatus.Pending, (await service.ProviderAsync("CMK")).Status);
        Assert.Equal(KeyProviderStatus.Active, (await service.InternalAsync()).Status);
        Assert.Empty(await service.Service.Migrations.ListAsync("acme"));
        Assert.Single(await service.Service.Keys.ListAsync("acme"));
        Assert.Equal([1], await service.ReadValueAsync(message));
    }

    [Fact]
    public async Task Wrong_credentials_are_told_from_a_refusal_of_the_key()
    {
        await using TestService service = await TestService.OpenAsync(secret: "not-the-secret");
        await service.Service.Tenants.CreateAsync(new() { TenantId = "acme" });
        KeyProvider provider = await service.RegisterAsync("CMK");

        Assert.Equal(ErrorCodes.CredentialsInvalid, (await service.Service.Providers.TestAsync(provider.Id)).Code);
        Assert.Equal(ErrorCodes.CredentialsInvalid, await Refusal.CodeOfAsync(() => service.Service.Providers.EnableAsync(provider.Id)));
    }

    [Fact]
    public async Task A_caller_who_may_not_describe_the_key_but_may_use_it_passes()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider provider = await service.RegisterAsync("CMK");
        service.Kms.Before = (operation, _) => operation == "DescribeKey"
            ? Task.FromException(new TenantEncryptionException(ErrorCodes.PolicyDenied))
            : Task.CompletedTask;

        KeyProviderTestResult result = await service.Service.Providers.TestAsync(provider.Id);

        Assert.True(result.Success);
        Assert.Equal(CheckOutcome.Skipped, result.Checks.Single(check => check.Name == "KeyExists").Outcome);
    }

    [Fact]
    public async Task A_key_that_makes_data_keys_but_does_not_open_them_fails_its_round_trip()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider provider = await service.RegisterAsync("CMK");
        service.Kms.Before = (operation, _) => operation == "Decrypt"
            ? Task.FromException(new TenantEncryptionException(ErrorCodes.PolicyDenied) { Operation = "kms:Decrypt" })
            : Task.CompletedTask;

        KeyProviderTestResult result = await service.Service.Providers.TestAsync(provider.Id);

        Assert.Equal(ErrorCodes.PolicyDenied, result.Code);
        Assert.Contains("kms:Decrypt", result.Checks.Single(check => check.Name == "RoundTrip").Observed, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.PolicyDenied, await Refusal.CodeOfAsync(() => service.Service.Providers.EnableAsync(provider.Id)));
    }

    [Theory]
    [InlineData("kms:GenerateDataKey", "kms:Decrypt would be permitted")]
    [InlineData("kms:GenerateDataKey\", \"kms:Decrypt", "kms:Decrypt would be refused, too")]
    public async Task A_caller_who_may_not_make_data_keys_learns_whether_it_may_read(string denied, string told)
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        await scene.Service.Tenants.CreateAsync(new() { TenantId = "acme" });
        MasterKey key = await scene.CreateAsync();
        KeyProvider provider = await scene.Service.Providers.RegisterAsync(
            new NewKeyProvider { TenantId = "acme", Name = "cmk", KeyIdentifier = key.KeyArn, Connection = scene.Anywhere });
        await scene.Kms.Administrator.PutKeyPolicyAsync(new PutKeyPolicyRequest
        {
            KeyId = key.KeyArn,
            Policy = $$"""
                { "Version": "2012-10-17", "Statement": [
                  { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:root" }, "Action": "kms:*", "Resource": "*" },
                  { "Effect": "Deny", "Principal": "*", "Action": ["{{denied}}"], "Resource": "*" } ] }
                """,
        });

        KeyProviderTestResult result = await scene.Service.Providers.TestAsync(provider.Id);

        Assert.Equal(ErrorCodes.PolicyDenied, result.Code);
        string observed = result.Checks.Single(check => check.Name == "RoundTrip").Observed;
        Assert.Contains("kms:GenerateDataKey", observed, StringComparison.Ordinal);
        Assert.Contains(told, observed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_call_carries_the_tenants_pair_and_the_keys_id()
    {
        await using TestService service = await TestService.WithTenantAsync();
        var contexts = new List<IReadOnlyDictionary<string, string>>();
        service.Kms.OnContext = contexts.Add;
        KeyProvider own = await service.RegisterAsync("CMK");
        await service.Service.Providers.EnableAsync(own.Id);
        KeyProvider sfAuth = await service.Service.Providers.RegisterAsync(new NewKeyProvider
        {
            TenantId = "acme",
            Name = "With a context value",
            KeyIdentifier = await service.Keys.CreateKeyAsync(),
            ContextValue = "00D5g000004",
            Connection = service.Connection,
        });
        int before = contexts.Count;
        await service.Service.Migrations.StartAsync("acme", sfAuth.Id);

        Assert.True(before >= 4);
        Assert.All(contexts, context => Assert.Equal(["KekId", "TenantId"], context.Keys.Order(StringComparer.Ordinal)));
        Assert.All(contexts.Take(before), context => Assert.Equal("acme", context["TenantId"]));
        Assert.Contains(contexts.Skip(before), context => context["TenantId"] == "00D5g000004");
    }

    [Fact]
    public async Task A_key_that_serves_another_tenant_too_is_a_warning()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.CreateAsync(new() { TenantId = "globex" });
        KeyProvider acme = await service.RegisterAsync("CMK");
        await service.RegisterAsync("CMK", "globex", acme.KeyArn);

        KeyProviderTestResult result = await service.Service.Providers.TestAsync(acme.Id);

        Assert.True(result.Success);
        KeyProviderCheck sharing = result.Checks.Single(check => check.Name == "Sharing");
        Assert.Equal(CheckOutcome.Warning, sharing.Outcome);
        Assert.Contains("globex", sharing.Observed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_is_not_AWSs_shows_in_every_test()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider provider = await service.RegisterAsync("CMK");

        KeyProviderCheck endpoint = (await service.Service.Providers.TestAsync(provider.Id)).Checks.Single(check => check.Name == "Endpoint");

        Assert.Equal(CheckOutcome.Warning, endpoint.Outcome);
        Assert.Contains(service.Keys.Url, endpoint.Observed, StringComparison.Ordinal);
    }

    private static async Task<KeyProvider> FaultyAsync(TestService service, string fault)
    {
        AmazonKeyManagementServiceClient aws = service.Keys.Administrator;
        string arn = fault switch
        {
            "asymmetric" => (await aws.CreateKeyAsync(new CreateKeyRequest { KeySpec = KeySpec.RSA_2048, KeyUsage = KeyUsageType.ENCRYPT_DECRYPT })).KeyMetadata.Arn,
            "pending import" => (await aws.CreateKeyAsync(new CreateKeyRequest { Origin = OriginType.EXTERNAL })).KeyMetadata.Arn,
            "not found" => $"arn:aws:kms:eu-west-1:111122223333:key/{Guid.NewGuid()}",
            _ => await service.Keys.CreateKeyAsync(),
        };
        if (fault == "disabled")
        {
            await aws.DisableKeyAsync(arn);
        }

        if (fault == "pending deletion")
        {
            await aws.ScheduleKeyDeletionAsync(new ScheduleKeyDeletionRequest { KeyId = arn, PendingWindowInDays = 7 });
        }

        KmsConnection connection = fault == "unreachable" ? service.Connection with { EndpointUrl = "http://127.0.0.1:1" } : service.Connection;
        return await service.Service.Providers.RegisterAsync(
            new NewKeyProvider { TenantId = "acme", Name = "CMK", KeyIdentifier = arn, Connection = connection });
    }
}
