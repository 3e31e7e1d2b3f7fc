using Amazon.KeyManagementService.Model;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Grants;
using TenantEncryption.MasterKeys;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.MasterKeys;

namespace TenantEncryption.Tests.Grants;

public sealed class KeyGrantTests
{
    private const string Role = "arn:aws:iam::111122223333:role/platform";
    private const string Service = "qbusiness.amazonaws.com";
    private const string Application = "arn:aws:qbusiness:us-east-1:111122223333:application/1234abcd-12ab-34cd-56ef-1234567890ab";

    [Fact]
    public async Task The_grant_of_Amazon_Q_has_its_operations_and_a_retiring_principal()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync("us-east-1");

        KeyGrant grant = Assert.Single(await CreateAsync(scene, Request(key) with { Platform = PlatformCatalog.FindBuiltIn("amazon-q-business"), TenantIds = ["app-1"] }));

        Assert.Equal(["DescribeKey", "GenerateDataKeyWithoutPlaintext", "Decrypt"], grant.Operations);
        Assert.Equal((Role, Role, "app-1", "TenantEncryption:app-1"), (grant.GranteePrincipal, grant.RetiringPrincipal, grant.TenantId, grant.Name));
        Assert.Equal(new Dictionary<string, string> { ["TenantId"] = "app-1" }, grant.EncryptionContextSubset);
        Assert.NotNull(grant.GrantToken);
        KeyGrant listed = Assert.Single(await scene.Service.Grants.ListAsync(key.KeyArn, scene.Anywhere));
        Assert.Equal((grant.GrantId, null, grant.Name), (listed.GrantId, listed.GrantToken, listed.Name));
    }

    [Fact]
    public async Task A_service_is_granted_for_one_resource_and_may_give_it_back()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync("us-east-1");

        KeyGrant grant = Assert.Single(await CreateAsync(scene, ServiceRequest(key) with { Platform = PlatformCatalog.FindBuiltIn("amazon-q-business"), TenantIds = ["app-1"] }));

        Assert.Equal((null, Service, Service), (grant.GranteePrincipal, grant.GranteeServicePrincipal, grant.Grantee));
        Assert.Equal((null, Service, Application), (grant.RetiringPrincipal, grant.RetiringServicePrincipal, grant.SourceArn));
        KeyGrant listed = Assert.Single(await scene.Service.Grants.ListAsync(key.KeyArn, scene.Anywhere, new KeyGrantFilter { GranteePrincipal = Service }));
        Assert.Equal((grant.GrantId, Service, Application), (listed.GrantId, listed.RetiringServicePrincipal, listed.SourceArn));
        Assert.Equal(new Dictionary<string, string> { ["TenantId"] = "app-1" }, listed.EncryptionContextSubset);
        EncryptionEvent told = Assert.Single(await scene.EventsAsync(EventTypes.GrantCreated));
        Assert.Equal((Service, Service, Application), (told.Data["granteePrincipal"], told.Data["retiringPrincipal"], told.Data["sourceArn"]));
    }

    [Fact]
    public async Task The_retiring_principal_of_a_service_s_grant_can_be_another()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();

        KeyGrant byRole = Assert.Single(await CreateAsync(scene, ServiceRequest(key) with { Name = "one", RetiringPrincipal = Role }));
        KeyGrant byService = Assert.Single(await CreateAsync(scene, ServiceRequest(key) with { Name = "two", RetiringServicePrincipal = "kendra.amazonaws.com" }));

        Assert.Equal((Role, null), (byRole.RetiringPrincipal, byRole.RetiringServicePrincipal));
        Assert.Equal((null, "kendra.amazonaws.com"), (byService.RetiringPrincipal, byService.RetiringServicePrincipal));
    }

    [Fact]
    public async Task A_grant_to_a_service_is_the_same_only_for_the_same_resource()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();
        await CreateAsync(scene, ServiceRequest(key) with { Name = "q" });

        KeyGrantPlan same = Assert.Single(await scene.Service.Grants.PlanAsync(ServiceRequest(key) with { Name = "q" }, ask: true));
        KeyGrantPlan other = Assert.Single(await scene.Service.Grants.PlanAsync(ServiceRequest(key) with { Name = "q", SourceArn = Application + "2" }));

        Assert.Equal((true, true, false), (same.Exists, same.Permitted, other.Exists));
        Assert.Contains($"to {Service} on behalf of {Application}", same.ToString(), StringComparison.Ordinal);
        Assert.Contains($"who may retire it: {Service}", same.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, null, null, null, ErrorCodes.InvalidInput)]
    [InlineData(Role, Service, null, null, Application, ErrorCodes.InvalidInput)]
    [InlineData(null, Service, null, null, null, ErrorCodes.InvalidInput)]
    [InlineData(null, "qbusiness", null, null, Application, ErrorCodes.InvalidInput)]
    [InlineData(null, "q business.amazonaws.com", null, null, Application, ErrorCodes.InvalidInput)]
    [InlineData(null, Service, Role, Service, Application, ErrorCodes.InvalidInput)]
    [InlineData(Role, null, null, "nobody", null, ErrorCodes.InvalidInput)]
    [InlineData(null, Service, null, null, "application/1", ErrorCodes.InvalidArn)]
    [InlineData(null, Service, null, null, "arn:aws:qbusiness:us-east-1::application/1", ErrorCodes.InvalidArn)]
    public async Task Principals_that_do_not_fit_are_refused_before_AWS_is_asked(
        string? grantee, string? service, string? retiring, string? retiringService, string? source, string code)
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        scene.Break("DescribeKey");

        TenantEncryptionException refused = await Refusal.OfAsync(() => scene.Service.Grants.PlanAsync(new NewKeyGrant
        {
            KeyId = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            GranteePrincipal = grantee,
            GranteeServicePrincipal = service,
            RetiringPrincipal = retiring,
            RetiringServicePrincipal = retiringService,
            SourceArn = source,
            Connection = scene.Anywhere,
        }));

        Assert.Equal(code, refused.Code);
    }

    [Fact]
    public async Task A_grant_without_a_platform_permits_what_this_product_needs()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();

        KeyGrant grant = Assert.Single(await CreateAsync(scene, Request(key)));

        Assert.Equal(["GenerateDataKey", "Decrypt", "DescribeKey"], grant.Operations);
        Assert.Equal((null, null), ((object?)grant.RetiringPrincipal, (object?)grant.EncryptionContextSubset));
        Assert.Contains(scene.Test.Warnings, warning => warning.Contains("NewKeyGrant.TenantIds", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_tenant_has_a_grant_of_its_own_in_each_region()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "globex" });
        MasterKey key = await scene.CreateAsync("eu-west-1", "eu-west-3");

        IReadOnlyList<KeyGrant> grants = await CreateAsync(scene, Request(key) with { TenantIds = ["acme", "globex"], Operations = ["kms:Decrypt"] });

        Assert.Equal(
            [("eu-west-1", "acme"), ("eu-west-1", "globex"), ("eu-west-3", "acme"), ("eu-west-3", "globex")],
            grants.Select(grant => (grant.Region, grant.TenantId)));
        Assert.All(grants, grant => Assert.Equal(["Decrypt"], grant.Operations));
        Assert.Equal(4, grants.Select(grant => grant.GrantId).Distinct().Count());
        Assert.Equal(["acme", "acme", "globex", "globex"], (await scene.EventsAsync(EventTypes.GrantCreated)).Select(one => one.TenantId!).Order(StringComparer.Ordinal));
        Assert.Equal(grants.Select(grant => grant.GrantId).Order(), (await scene.Service.Grants.ListAsync(key.KeyArn, scene.Anywhere)).Select(grant => grant.GrantId).Order());
    }

    [Fact]
    public async Task A_tenant_is_named_as_its_provider_names_it()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "site", Platform = "tableau-cloud" });
        MasterKey key = await scene.CreateAsync();
        await scene.Service.Providers.RegisterAsync(new NewKeyProvider
        {
            TenantId = "site",
            Name = "cmk",
            KeyIdentifier = key.KeyArn,
            ContextValue = "made-by-salesforce",
            Connection = scene.Anywhere,
        });

        KeyGrant grant = Assert.Single(await CreateAsync(scene, Request(key) with { TenantIds = ["site"] }));

        Assert.Equal(new Dictionary<string, string> { ["sf-auth"] = "made-by-salesforce" }, grant.EncryptionContextSubset);
    }

    [Fact]
    public async Task The_same_grant_is_not_made_twice_and_another_of_its_name_is_warned_of()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();

        KeyGrant first = Assert.Single(await CreateAsync(scene, Request(key) with { Name = "app" }));
        KeyGrantPlan plan = Assert.Single(await scene.Service.Grants.PlanAsync(Request(key) with { Name = "app" }));
        KeyGrant again = await scene.Service.Grants.CreateAsync(plan);
        KeyGrantPlan other = Assert.Single(await scene.Service.Grants.PlanAsync(Request(key) with { Name = "app", Operations = ["Encrypt"] }));

        Assert.Equal((true, first.GrantId), (plan.Exists, again.GrantId));
        Assert.Single(await scene.EventsAsync(EventTypes.GrantCreated));
        Assert.Equal(false, other.Exists);
        Assert.Contains(other.Warnings, warning => warning.Contains("another grant of the name app", StringComparison.Ordinal));
    }

    [Fact]
    public async Task KMS_is_asked_whether_it_would_permit_a_grant_and_none_is_made()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();

        KeyGrantPlan permitted = Assert.Single(await scene.Service.Grants.PlanAsync(Request(key), ask: true));
        await scene.Keys.DisableAsync(key);
        KeyGrantPlan refused = Assert.Single(await scene.Service.Grants.PlanAsync(Request(key), ask: true));

        Assert.Equal((true, false), (permitted.Permitted, refused.Permitted));
        Assert.Contains("would permit", permitted.ToString(), StringComparison.Ordinal);
        Assert.Contains("would refuse it: KEY_DISABLED", refused.ToString(), StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.KeyDisabled, refused.Refusal!.Code);
        Assert.Empty(await scene.Service.Grants.ListAsync(key.KeyArn, scene.Anywhere));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData(Role, "with space")]
    [InlineData(Role, "")]
    public async Task A_grant_that_KMS_would_not_take_is_refused(string grantee, string? name)
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();

        Assert.Equal(
            ErrorCodes.InvalidInput,
            await Refusal.CodeOfAsync(() => scene.Service.Grants.PlanAsync(Request(key) with { GranteePrincipal = grantee, Name = name })));
    }

    [Fact]
    public async Task What_KMS_refuses_is_told_by_its_code()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();

        Assert.Equal(ErrorCodes.TenantNotFound, await Refusal.CodeOfAsync(() => CreateAsync(scene, Request(key) with { TenantIds = ["stranger"] })));
        Assert.Equal(ErrorCodes.InvalidArn, await Refusal.CodeOfAsync(() => CreateAsync(scene, Request(key) with { GranteePrincipal = "nobody" })));
        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => CreateAsync(scene, Request(key) with { Operations = ["Fly"] })));
    }

    [Theory]
    [InlineData("acme", "TenantEncryption:acme")]
    [InlineData("Ärger & Söhne", "TenantEncryption:3bb9bd7d1ea5c8cea8a8ff6e9a47a0a3f5b3dd6cbe0c4c4a1ca0d1b5d8d9e8f3")]
    public void A_grant_is_named_after_its_tenant_or_its_hash(string tenantId, string like)
    {
        string name = GrantName.Of(tenantId);

        Assert.Equal(like.Length, name.Length);
        Assert.Equal(name, GrantName.Check(name));
        Assert.Equal(name, GrantName.Of(tenantId));
        Assert.NotEqual(name, GrantName.Of(tenantId + "x"));
    }

    [Fact]
    public async Task A_grant_is_found_in_the_region_that_it_is_in_and_revoked_there()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync("eu-west-1", "eu-west-3");
        IReadOnlyList<KeyGrant> grants = await CreateAsync(scene, Request(key));
        string away = grants.Single(grant => grant.Region == "eu-west-3").GrantId;

        KeyGrant found = await scene.Service.Grants.FindAsync(key.KeyArn, away, scene.Anywhere);
        await scene.Service.Grants.RevokeAsync(found);

        Assert.Equal("eu-west-3", found.Region);
        Assert.Equal(["eu-west-1"], (await scene.Service.Grants.ListAsync(key.KeyArn, scene.Anywhere)).Select(grant => grant.Region));
        EncryptionEvent told = Assert.Single(await scene.EventsAsync(EventTypes.GrantRevoked));
        Assert.Equal((away, "eu-west-3"), (told.Data["grantId"], told.Data["region"]));
        Assert.Equal(ErrorCodes.GrantNotFound, await Refusal.CodeOfAsync(() => scene.Service.Grants.FindAsync(key.KeyArn, away, scene.Anywhere)));
        Assert.Equal(ErrorCodes.GrantNotFound, await Refusal.CodeOfAsync(() => scene.Service.Grants.RevokeAsync(found)));
    }

    [Fact]
    public async Task A_grant_is_retired()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();
        KeyGrant grant = Assert.Single(await CreateAsync(scene, Request(key) with { RetiringPrincipal = "arn:aws:iam::111122223333:root" }));

        await scene.Service.Grants.RetireAsync(grant);

        Assert.Single(await scene.EventsAsync(EventTypes.GrantRetired));
        Assert.Empty(await scene.Service.Grants.ListAsync(key.KeyArn, scene.Anywhere));
    }

    [Fact]
    public async Task Grants_that_may_not_be_listed_can_still_be_made_and_ended()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();
        await scene.Kms.Administrator.PutKeyPolicyAsync(new PutKeyPolicyRequest
        {
            KeyId = key.KeyArn,
            Policy = """
                { "Version": "2012-10-17", "Statement": [
                  { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:root" }, "Action": "kms:*", "Resource": "*" },
                  { "Effect": "Deny", "Principal": "*", "Action": "kms:ListGrants", "Resource": "*" } ] }
                """,
        });

        KeyGrantPlan plan = Assert.Single(await scene.Service.Grants.PlanAsync(Request(key)));
        KeyGrant grant = await scene.Service.Grants.CreateAsync(plan);
        KeyGrant found = await scene.Service.Grants.FindAsync(key.KeyArn, grant.GrantId, scene.Anywhere);
        await scene.Service.Grants.RevokeAsync(found);

        Assert.Null(plan.Exists);
        Assert.Equal((grant.GrantId, null), (found.GrantId, found.GranteePrincipal));
        Assert.Equal(ErrorCodes.PolicyDenied, await Refusal.CodeOfAsync(() => scene.Service.Grants.ListAsync(key.KeyArn, scene.Anywhere)));
    }

    [Fact]
    public async Task Grants_are_filtered()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();
        KeyGrant one = Assert.Single(await CreateAsync(scene, Request(key)));
        KeyGrant two = Assert.Single(await CreateAsync(scene, Request(key) with { GranteePrincipal = "arn:aws:iam::111122223333:role/other" }));

        IReadOnlyList<KeyGrant> byId = await scene.Service.Grants.ListAsync(key.KeyArn, scene.Anywhere, new KeyGrantFilter { GrantId = one.GrantId });
        IReadOnlyList<KeyGrant> byGrantee =
            await scene.Service.Grants.ListAsync(key.KeyArn, scene.Anywhere, new KeyGrantFilter { GranteePrincipal = two.GranteePrincipal });

        Assert.Equal([one.GrantId], byId.Select(grant => grant.GrantId));
        Assert.Equal([two.GrantId], byGrantee.Select(grant => grant.GrantId));
    }

    private static NewKeyGrant Request(MasterKey key) => new() { KeyId = key.KeyArn, GranteePrincipal = Role, Connection = key.Connection with { Region = null } };

    private static NewKeyGrant ServiceRequest(MasterKey key) =>
        Request(key) with { GranteePrincipal = null, GranteeServicePrincipal = Service, SourceArn = Application };

    private static async Task<IReadOnlyList<KeyGrant>> CreateAsync(KeyScene scene, NewKeyGrant request)
    {
        var grants = new List<KeyGrant>();
        foreach (KeyGrantPlan plan in await scene.Service.Grants.PlanAsync(request))
        {
            grants.Add(await scene.Service.Grants.CreateAsync(plan));
        }

        return grants;
    }
}
