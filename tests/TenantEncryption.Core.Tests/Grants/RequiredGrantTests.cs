using Amazon.KeyManagementService.Model;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Grants;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Providers.Walks;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Grants;

/// <summary>
/// Amazon Q Business User Guide, "How Amazon Q Business uses grants in AWS KMS": the grant is made with the resource, and without it none of the data can
/// be reached.
/// </summary>
public sealed class RequiredGrantTests
{
    private const string AmazonQ = "amazon-q-business";
    private const string Role = "arn:aws:iam::111122223333:role/application";
    private const string Service = "qbusiness.amazonaws.com";
    private const string Caller = "arn:aws:iam::111122223333:root";

    [Theory]
    [InlineData(null, Caller)]
    [InlineData(Role, Role)]
    public async Task Registering_a_key_makes_the_grant_for_who_is_given_or_else_the_caller(string? given, string grantee)
    {
        await using PlatformScene scene = await PrepareAsync();

        KeyProvider provider = await RegisterAsync(scene, given);

        GrantListEntry grant = Assert.Single(await GrantsAsync(scene));
        Assert.Equal((grantee, grantee), (grant.GranteePrincipal, grant.RetiringPrincipal));
        Assert.Equal(["Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext"], grant.Operations.Order());
        Assert.Equal("acme", grant.Constraints.EncryptionContextSubset["TenantId"]);
        Assert.Equal([(grant.GrantId, scene.KeyArn, grantee)], provider.Grants.Select(one => (one.GrantId, one.KeyArn, one.GranteePrincipal)));
        Assert.Equal(provider.Grants, (await scene.Service.ProviderAsync("CMK")).Grants);
        Assert.Contains(await scene.Service.EventsAsync(), one => one.Type == $"amazon.q.v1.encryption.{EventTypes.GrantCreated}");
    }

    [Fact]
    public async Task A_grantee_where_the_platform_uses_no_grant_is_refused()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string keyArn = await service.Keys.CreateKeyAsync();

        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => service.Service.Providers.RegisterAsync(
            new NewKeyProvider { TenantId = "acme", Name = "CMK", KeyIdentifier = keyArn, GranteePrincipal = Role, Connection = service.Connection })));
    }

    [Fact]
    public async Task Of_a_multi_Region_key_every_region_gets_its_grant()
    {
        await using PlatformScene scene = await PrepareAsync(replica: "eu-central-1");

        KeyProvider provider = await RegisterAsync(scene);

        Assert.Equal([scene.Region, "eu-central-1"], provider.Grants.Select(grant => grant.Region));
        Assert.Single(await GrantsAsync(scene));
        Assert.Single(await GrantsAsync(scene, "eu-central-1"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Where_a_grant_is_refused_nothing_is_registered_and_none_is_left(int refused)
    {
        await using PlatformScene scene = await PrepareAsync(replica: "eu-central-1");
        int calls = 0;
        scene.Service.Kms.BeforeAdministration = operation =>
        {
            if (operation == "CreateGrant" && ++calls == refused)
            {
                throw new TenantEncryptionException(ErrorCodes.PolicyDenied);
            }
        };

        TenantEncryptionException refusal = await Refusal.OfAsync(() => RegisterAsync(scene));

        Assert.Equal(ErrorCodes.PolicyDenied, refusal.Code);
        Assert.Contains("kms:CreateGrant", refusal.Remedy, StringComparison.Ordinal);
        Assert.Contains("nothing was registered", refusal.Detail, StringComparison.Ordinal);
        Assert.Equal(["AWS owned key"], (await scene.Service.Service.Providers.ListAsync(new KeyProviderFilter())).Select(provider => provider.Name));
        Assert.Empty(await GrantsAsync(scene));
        Assert.Empty(await GrantsAsync(scene, "eu-central-1"));
    }

    [Fact]
    public async Task What_revokes_the_grant_shuts_the_data_and_fails_the_test_though_the_caller_may_still_use_the_key()
    {
        await using PlatformScene scene = await PrepareAsync();
        KeyProvider provider = await RegisterAsync(scene);
        await scene.Service.Service.Providers.EnableAsync(provider.Id);
        byte[] message = await scene.Service.ProtectValueAsync([1, 2, 3]);
        Assert.True((await scene.Service.Service.Providers.TestAsync(provider.Id)).Success);

        await RevokeAtAwsAsync(scene, Assert.Single(provider.Grants));

        // The process that made the key holds it until its lease ends; one that asks is refused at once.
        await using TestService later = await scene.Service.OpenAnotherAsync();
        TenantEncryptionException refusal = await Refusal.OfAsync(() => later.ReadValueAsync(message));
        Assert.Equal(ErrorCodes.GrantNotFound, refusal.Code);
        Assert.Contains("KeyGrantService.CreateAsync", refusal.Remedy, StringComparison.Ordinal);
        KeyProviderTestResult result = await scene.Service.Service.Providers.TestAsync(provider.Id);
        Assert.Equal((ErrorCodes.GrantNotFound, KeyProviderVerdict.WontWork), (result.Code, result.Verdict));
        Assert.Contains(result.Checks, check => check is { Name: "Grant", Outcome: CheckOutcome.Failed, Subject: CheckSubject.Platform, Remedy: not null });
        Assert.Equal(ErrorCodes.GrantNotFound, await scene.Service.CodeOfReadingAsync(message));
        Assert.Equal(ErrorCodes.GrantNotFound, await Refusal.CodeOfAsync(() => scene.Service.Service.Keys.RotateAsync("acme")));
    }

    [Fact]
    public async Task With_a_lease_of_zero_the_next_operation_is_refused()
    {
        await using PlatformScene scene = await PrepareAsync();
        await scene.SetPolicyAsync();
        await scene.Service.Service.Tenants.CreateAsync(WithKey(scene, "zero") with { KeyLease = TimeSpan.Zero });
        byte[] message = await scene.Service.ProtectValueAsync([1], "zero");

        await RevokeAtAwsAsync(scene, (await scene.Service.ProviderAsync("CMK", "zero")).Grants[0]);

        Assert.Equal(ErrorCodes.GrantNotFound, await scene.Service.CodeOfReadingAsync(message));
    }

    [Fact]
    public async Task A_grant_that_is_made_in_the_place_of_a_revoked_one_opens_the_data_again()
    {
        await using PlatformScene scene = await PrepareAsync();
        KeyProvider provider = await RegisterAsync(scene, Role);
        await scene.Service.Service.Providers.EnableAsync(provider.Id);
        byte[] message = await scene.Service.ProtectValueAsync([1, 2, 3]);
        KeyGrantService grants = scene.Service.Service.Grants;
        KeyGrant first = Assert.Single(await grants.ListAsync(provider.KeyArn!));
        KeyGrant beside = await MakeAsync(grants, provider);
        Assert.Equal(first.GrantId, Assert.Single((await scene.Service.ProviderAsync("CMK")).Grants).GrantId);
        await grants.RevokeAsync(beside);

        await grants.RevokeAsync(first);
        Assert.Equal(ErrorCodes.GrantNotFound, (await scene.Service.Service.Providers.TestAsync(provider.Id)).Code);
        KeyGrant second = await MakeAsync(grants, provider);

        Assert.Equal(second.GrantId, Assert.Single((await scene.Service.ProviderAsync("CMK")).Grants).GrantId);
        Assert.True((await scene.Service.Service.Providers.TestAsync(provider.Id)).Success);
        Assert.Equal([1, 2, 3], await scene.Service.ReadValueAsync(message));
        List<EncryptionEvent> events = await scene.Service.EventsAsync();
        Assert.Contains(events, one => one.Type == $"amazon.q.v1.encryption.{EventTypes.ProviderUpdated}");
        Assert.Equal(
            ["amazon.q.v1.encryption.grant.created", "amazon.q.v1.encryption.grant.revoked"],
            events.Where(one => one.Type.Contains(".grant.", StringComparison.Ordinal)).Select(one => one.Type).Distinct().Order());
    }

    [Fact]
    public async Task A_grant_to_a_service_takes_the_place_of_a_revoked_one_and_is_told_how_to_make_again()
    {
        await using PlatformScene scene = await PrepareAsync();
        KeyProvider provider = await RegisterAsync(scene, Role);
        KeyGrantService grants = scene.Service.Service.Grants;
        await grants.RevokeAsync(Assert.Single(await grants.ListAsync(provider.KeyArn!)));

        KeyGrant second = await MakeAsync(grants, provider, toService: true);

        ProviderGrant remembered = Assert.Single((await scene.Service.ProviderAsync("CMK")).Grants);
        Assert.Equal((second.GrantId, Service), (remembered.GrantId, remembered.GranteePrincipal));
        Assert.True((await scene.Service.Service.Providers.TestAsync(provider.Id)).Success);
        await grants.RevokeAsync(second);
        KeyProviderTestResult result = await scene.Service.Service.Providers.TestAsync(provider.Id);
        Assert.Contains(result.Checks, check => check.Name == "Grant" && check.Remedy?.Contains($"granteeServicePrincipal: {Service}, sourceArn: <arn>).", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task A_tenant_that_begins_with_a_key_has_its_grant_and_one_that_fails_leaves_none()
    {
        await using PlatformScene scene = await PrepareAsync();
        int made = 0;
        scene.Service.Kms.Before = (operation, _) =>
            operation == "GenerateDataKeyWithoutPlaintext" && ++made == 2 ? throw new TenantEncryptionException(ErrorCodes.KmsUnreachable) : Task.CompletedTask;

        Assert.Equal(ErrorCodes.KmsUnreachable, await Refusal.CodeOfAsync(() => scene.Service.Service.Tenants.CreateAsync(WithKey(scene, "fails"))));
        Assert.Empty(await GrantsAsync(scene));
        await scene.Service.Service.Tenants.CreateAsync(WithKey(scene, "works"));

        Assert.Equal((await scene.Service.ProviderAsync("CMK", "works")).Grants[0].GrantId, Assert.Single(await GrantsAsync(scene)).GrantId);
        Assert.Equal([7], await scene.Service.ReadValueAsync(await scene.Service.ProtectValueAsync([7], "works")));
    }

    [Fact]
    public async Task A_child_is_shut_with_the_grant_of_its_environment_and_has_one_of_its_own()
    {
        await using PlatformScene scene = await PrepareAsync();
        await scene.Service.Service.Tenants.CreateAsync(WithKey(scene, "environment"));
        await scene.Service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "index", Platform = AmazonQ, Parent = "environment" });
        byte[] message = await scene.Service.ProtectValueAsync([1], "index");
        KeyProvider child = await scene.Service.ProviderAsync("CMK", "index");
        Assert.Equal(["environment", "index"], child.Grants.Select(grant => grant.TenantId));

        await RevokeAtAwsAsync(scene, child.Grants[0]);

        await using TestService later = await scene.Service.OpenAnotherAsync();
        Assert.Equal(ErrorCodes.GrantNotFound, await later.CodeOfReadingAsync(message));
    }

    [Fact]
    public async Task A_child_of_an_environment_that_lives_by_a_grant_to_a_service_has_one_to_the_caller()
    {
        await using PlatformScene scene = await PrepareAsync();
        await scene.Service.Service.Tenants.CreateAsync(WithKey(scene, "environment"));
        KeyGrantService grants = scene.Service.Service.Grants;
        await grants.RevokeAsync(Assert.Single(await grants.ListAsync(scene.KeyArn)));
        await MakeAsync(grants, await scene.Service.ProviderAsync("CMK", "environment"), toService: true);

        await scene.Service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "index", Platform = AmazonQ, Parent = "environment" });

        IReadOnlyList<ProviderGrant> remembered = (await scene.Service.ProviderAsync("CMK", "index")).Grants;
        Assert.Equal([("environment", true), ("index", false)], remembered.Select(grant => (grant.TenantId, grant.GranteePrincipal == Service)));
        byte[] message = await scene.Service.ProtectValueAsync([1], "index");
        Assert.Equal([1], await scene.Service.ReadValueAsync(message));
    }

    [Fact]
    public async Task A_provider_that_is_removed_takes_its_grant_with_it()
    {
        await using PlatformScene scene = await PrepareAsync();
        KeyProvider provider = await RegisterAsync(scene);

        await scene.Service.Service.Providers.RemoveAsync(provider.Id);

        Assert.Empty(await GrantsAsync(scene));
    }

    [Fact]
    public async Task Who_can_write_the_store_can_not_have_a_provider_forget_its_grant()
    {
        await using PlatformScene scene = await PrepareAsync();
        KeyProvider provider = await RegisterAsync(scene);
        scene.Service.Sql("UPDATE key_providers SET grants = '[]' WHERE id = $id", ("$id", provider.Id));

        Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(() => scene.Service.Service.Providers.EnableAsync(provider.Id)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_calls_that_registering_makes_are_those_that_its_draft_tells(bool replica)
    {
        await using SharedKms kms = await SharedKms.StartAsync();
        await using PlatformScene scene = await PrepareAsync(kms, replica ? "eu-central-1" : null);
        KeyProviderDraft draft = await scene.Service.Service.Providers.DraftAsync(Registration(scene, Role));
        int toActivate = await scene.Service.Service.Providers.MeasureActivationAsync(draft.Provider);
        int before = kms.Operations.Count;

        KeyProvider provider = await scene.Service.Service.Providers.RegisterAsync(draft);

        Assert.Equal(draft.CallsToRegister, kms.Operations.Count - before);
        Assert.Equal(toActivate, await scene.Service.Service.Providers.MeasureActivationAsync(provider));
    }

    private static async Task<PlatformScene> PrepareAsync(SharedKms? kms = null, string? replica = null)
    {
        PlatformScene scene = await PlatformScene.BeginAsync(AmazonQ, kms);
        if (replica is not null)
        {
            scene.KeyArn = await scene.CreateKeyAsync([replica]);
            string there = PlatformScene.KeyArnIn(replica, scene.KeyArn);
            await scene.PutAsync(replica, there, scene.Policy(there).ToString());
        }

        await scene.SetPolicyAsync();
        return scene;
    }

    private static NewKeyProvider Registration(PlatformScene scene, string? grantee, string tenantId = "acme") => new()
    {
        TenantId = tenantId,
        Name = "CMK",
        KeyIdentifier = scene.KeyArn,
        Parameters = scene.Parameters,
        GranteePrincipal = grantee,
        Connection = scene.Connection,
    };

    private static NewTenant WithKey(PlatformScene scene, string tenantId) =>
        new() { TenantId = tenantId, Platform = AmazonQ, Region = scene.Region, Key = Registration(scene, Role, tenantId) };

    private static Task<KeyProvider> RegisterAsync(PlatformScene scene, string? grantee = null) =>
        scene.Service.Service.Providers.RegisterAsync(Registration(scene, grantee));

    private static async Task<KeyGrant> MakeAsync(KeyGrantService grants, KeyProvider provider, bool toService = false)
    {
        var request = new NewKeyGrant { KeyId = provider.KeyArn!, TenantIds = [provider.TenantId], Platform = PlatformCatalog.FindBuiltIn(AmazonQ) };
        request = toService
            ? request with { GranteeServicePrincipal = Service, SourceArn = "arn:aws:qbusiness:us-east-1:111122223333:application/1" }
            : request with { GranteePrincipal = Role };
        return await grants.CreateAsync(Assert.Single(await grants.PlanAsync(request)));
    }

    private static async Task<IReadOnlyList<GrantListEntry>> GrantsAsync(PlatformScene scene, string? region = null)
    {
        string there = region ?? scene.Region;
        return (await scene.In(there).ListGrantsAsync(new ListGrantsRequest { KeyId = PlatformScene.KeyArnIn(there, scene.KeyArn) })).Grants ?? [];
    }

    private static Task<RevokeGrantResponse> RevokeAtAwsAsync(PlatformScene scene, ProviderGrant grant) =>
        scene.In(grant.Region).RevokeGrantAsync(new RevokeGrantRequest { KeyId = grant.KeyArn, GrantId = grant.GrantId });
}
