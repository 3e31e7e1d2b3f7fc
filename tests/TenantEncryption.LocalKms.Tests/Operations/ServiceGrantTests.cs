using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using TenantEncryption.LocalKms.Faults;
using TenantEncryption.LocalKms.Tests.Support;

namespace TenantEncryption.LocalKms.Tests.Operations;

/// <summary>Grants to AWS services, which use them on behalf of one resource (Developer Guide, "Grants in AWS KMS").</summary>
public sealed class ServiceGrantTests : ServerTest
{
    private const string Service = "qbusiness.amazonaws.com";
    private const string Acme = "arn:aws:qbusiness:eu-west-1:111122223333:application/acme";
    private const string Globex = "arn:aws:qbusiness:eu-west-1:111122223333:application/globex";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();

        // One service, with an access key for each resource that it works for, and one for none.
        Server.Define($$"""
            {"principals":[{"arn":"{{Service}}","context":{"aws:SourceAccount":"111122223333"},"accessKeys":[
              {"id":"acme","secret":"acme","context":{"aws:SourceArn":"{{Acme}}"} },
              {"id":"globex","secret":"globex","context":{"aws:SourceArn":"{{Globex}}"} },
              {"id":"nobody","secret":"nobody"}]}]}
            """);
    }

    [Fact]
    public async Task A_service_uses_a_key_on_behalf_of_the_resource_that_the_grant_names_and_no_other()
    {
        string key = await NewKeyAsync();
        await Kms.CreateGrantAsync(Request(key));

        Assert.Equal(key, (await Client(accessKey: "acme").DescribeKeyAsync(key)).KeyMetadata.Arn);
        GenerateDataKeyWithoutPlaintextResponse made = await Client(accessKey: "acme").GenerateDataKeyWithoutPlaintextAsync(Use(key));
        await Client(accessKey: "acme").DecryptAsync(new DecryptRequest { CiphertextBlob = made.CiphertextBlob, KeyId = key });
        foreach (string other in new[] { "globex", "nobody" })
        {
            await RefusedAsync("AccessDeniedException", () => Client(accessKey: other).DescribeKeyAsync(key));
            await RefusedAsync("AccessDeniedException", () => Client(accessKey: other).GenerateDataKeyWithoutPlaintextAsync(Use(key)));
        }
    }

    [Fact]
    public async Task The_refusal_names_the_resource_that_the_grant_is_for()
    {
        string key = await NewKeyAsync();
        await Kms.CreateGrantAsync(Request(key));
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: "globex").DescribeKeyAsync(key));
        Assert.Contains("AWSService", Server.LatestEvents(1)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grant_to_a_service_can_ask_for_an_encryption_context_too()
    {
        string key = await NewKeyAsync();
        CreateGrantRequest request = Request(key);
        request.Constraints.EncryptionContextSubset = new() { ["TenantId"] = "acme" };
        await Kms.CreateGrantAsync(request);
        GenerateDataKeyWithoutPlaintextRequest use = Use(key);
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: "acme").GenerateDataKeyWithoutPlaintextAsync(use));
        use.EncryptionContext = new() { ["TenantId"] = "acme" };
        await Client(accessKey: "acme").GenerateDataKeyWithoutPlaintextAsync(use);
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: "globex").GenerateDataKeyWithoutPlaintextAsync(use));
    }

    [Fact]
    public async Task A_grant_to_a_role_with_a_source_permits_no_call_of_its_own()
    {
        DefinePrincipal("arn:aws:iam::111122223333:role/app", "app");
        string key = await NewKeyAsync();
        CreateGrantRequest request = Request(key);
        (request.GranteeServicePrincipal, request.RetiringServicePrincipal, request.GranteePrincipal) = (null, null, "arn:aws:iam::111122223333:role/app");
        await Kms.CreateGrantAsync(request);
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: "app").DescribeKeyAsync(key));
    }

    [Fact]
    public async Task Grants_to_services_are_listed_as_such()
    {
        string key = await NewKeyAsync();
        string grantId = (await Kms.CreateGrantAsync(Request(key))).GrantId;

        GrantListEntry listed = Assert.Single((await Kms.ListGrantsAsync(new ListGrantsRequest { KeyId = key })).Grants);

        Assert.Equal((grantId, null, Service), (listed.GrantId, listed.GranteePrincipal, listed.GranteeServicePrincipal));
        Assert.Equal((null, Service, Acme), (listed.RetiringPrincipal, listed.RetiringServicePrincipal, listed.Constraints.SourceArn));
    }

    [Fact]
    public async Task A_grant_of_the_same_name_for_another_resource_is_another_grant()
    {
        string key = await NewKeyAsync();
        CreateGrantRequest request = Request(key);
        request.Name = "q";
        string first = (await Kms.CreateGrantAsync(request)).GrantId;
        Assert.Equal(first, (await Kms.CreateGrantAsync(request)).GrantId);
        request.Constraints.SourceArn = Globex;
        Assert.NotEqual(first, (await Kms.CreateGrantAsync(request)).GrantId);
    }

    [Fact]
    public async Task A_service_retires_its_grant_for_whatever_resource_it_works()
    {
        string key = await NewKeyAsync();
        string grantId = (await Kms.CreateGrantAsync(Request(key))).GrantId;
        Server.Define("""{"principals":[{"arn":"s3.amazonaws.com","context":{"aws:SourceAccount":"111122223333"},"accessKeys":[{"id":"s3","secret":"s3"}]}]}""");
        var retire = new RetireGrantRequest { KeyId = key, GrantId = grantId };
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: "s3").RetireGrantAsync(retire));
        await Client(accessKey: "globex").RetireGrantAsync(retire);
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: "acme").DescribeKeyAsync(key));
    }

    [Fact]
    public async Task Services_alone_list_grants_by_service()
    {
        string key = await NewKeyAsync(Statement("111122223333", "kms:*").Replace("""{"AWS":"111122223333"}""", $$"""{"Service":"{{Service}}"}""", StringComparison.Ordinal));
        string grantId = (await Kms.CreateGrantAsync(Request(key))).GrantId;
        await Kms.CreateGrantAsync(new CreateGrantRequest { KeyId = key, GranteePrincipal = Root, Operations = ["Decrypt"] });
        AmazonKeyManagementServiceClient service = Client(accessKey: "acme");

        var ofKey = new ListGrantsRequest { KeyId = key, GranteeServicePrincipal = Service };
        var retirable = new ListRetirableGrantsRequest { RetiringServicePrincipal = Service };
        Assert.Equal(grantId, Assert.Single((await service.ListGrantsAsync(ofKey)).Grants).GrantId);
        Assert.Equal(grantId, Assert.Single((await service.ListRetirableGrantsAsync(retirable)).Grants).GrantId);
        Assert.Equal(2, (await Kms.ListGrantsAsync(new ListGrantsRequest { KeyId = key })).Grants.Count);
        await RefusedAsync("AccessDeniedException", () => Kms.ListGrantsAsync(ofKey));
        await RefusedAsync("AccessDeniedException", () => Kms.ListRetirableGrantsAsync(retirable));
        ofKey.GranteePrincipal = Root;
        await RefusedAsync("ValidationException", () => service.ListGrantsAsync(ofKey));
    }

    [Fact]
    public async Task A_grant_that_spreads_is_used_by_its_token()
    {
        string key = await NewKeyAsync();
        Server.Faults = new FaultPlan { GrantDelay = TimeSpan.FromMinutes(5) };
        string token = (await Kms.CreateGrantAsync(Request(key))).GrantToken;
        GenerateDataKeyWithoutPlaintextRequest use = Use(key);
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: "acme").GenerateDataKeyWithoutPlaintextAsync(use));
        use.GrantTokens = [token];
        await Client(accessKey: "acme").GenerateDataKeyWithoutPlaintextAsync(use);
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: "globex").GenerateDataKeyWithoutPlaintextAsync(use));
    }

    [Theory]
    [InlineData("kms:GranteeServicePrincipal", Service, "s3.amazonaws.com")]
    [InlineData("kms:RetiringServicePrincipal", Service, "s3.amazonaws.com")]
    [InlineData("kms:GrantConstraintSourceArn", Acme, Globex)]
    public async Task A_policy_can_ask_which_services_are_granted_for_which_resource(string condition, string right, string wrong)
    {
        DefinePrincipal("arn:aws:iam::111122223333:role/grants", "grants");
        string allowed = await NewKeyAsync(Statement("arn:aws:iam::111122223333:role/grants", "kms:CreateGrant", $$"""{"StringEquals":{"{{condition}}":"{{right}}"} }"""));
        string refused = await NewKeyAsync(Statement("arn:aws:iam::111122223333:role/grants", "kms:CreateGrant", $$"""{"StringEquals":{"{{condition}}":"{{wrong}}"} }"""));
        AmazonKeyManagementServiceClient grants = Client(accessKey: "grants");

        await grants.CreateGrantAsync(Request(allowed));
        await RefusedAsync("AccessDeniedException", () => grants.CreateGrantAsync(Request(refused)));

        // A grant to a role has none of the three.
        await RefusedAsync("AccessDeniedException", () => grants.CreateGrantAsync(new CreateGrantRequest { KeyId = allowed, GranteePrincipal = Root, Operations = ["Decrypt"] }));
    }

    [Fact]
    public async Task Who_may_make_grants_by_a_grant_makes_them_for_the_same_resource()
    {
        string key = await NewKeyAsync();
        CreateGrantRequest parent = Request(key);
        parent.Operations = ["CreateGrant", "Decrypt"];
        await Kms.CreateGrantAsync(parent);
        AmazonKeyManagementServiceClient service = Client(accessKey: "acme");
        CreateGrantRequest child = Request(key);
        child.Operations = ["Decrypt"];

        await service.CreateGrantAsync(child);
        child.Constraints.SourceArn = Globex;
        await RefusedAsync("AccessDeniedException", () => service.CreateGrantAsync(child));
    }

    [Theory]
    [InlineData("no grantee")]
    [InlineData("both grantees")]
    [InlineData("no source")]
    [InlineData("no retiring principal")]
    [InlineData("both retiring principals")]
    [InlineData("both contexts")]
    [InlineData("a service of one word", "qbusiness")]
    [InlineData("a long service", "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq.amazonaws.com")]
    [InlineData("a source without an account", "arn:aws:qbusiness:eu-west-1::application/acme")]
    [InlineData("a short source", "arn:aws:q:::x")]
    public async Task What_AWS_does_not_take_is_a_ValidationException(string what, string? value = null)
    {
        CreateGrantRequest request = Request(await NewKeyAsync());
        switch (what)
        {
            case "no grantee": request.GranteeServicePrincipal = null; break;
            case "both grantees": request.GranteePrincipal = Root; break;
            case "no source": request.Constraints = null; break;
            case "no retiring principal": request.RetiringServicePrincipal = null; break;
            case "both retiring principals": request.RetiringPrincipal = Root; break;
            case "both contexts": (request.Constraints.EncryptionContextEquals, request.Constraints.EncryptionContextSubset) = (new() { ["a"] = "b" }, new() { ["a"] = "b" }); break;
            case "a service of one word": request.GranteeServicePrincipal = value; break;
            case "a long service": request.RetiringServicePrincipal = value; break;
            case "a source without an account": request.Constraints.SourceArn = value; break;
            default: request.Constraints.SourceArn = value; break;
        }

        await RefusedAsync("ValidationException", () => Kms.CreateGrantAsync(request));
    }

    [Fact]
    public async Task A_service_is_no_grantee_principal_unless_a_service_says_so()
    {
        string key = await NewKeyAsync();
        CreateGrantRequest request = new() { KeyId = key, GranteePrincipal = Service, Operations = ["Decrypt"] };
        await RefusedAsync("InvalidArnException", () => Kms.CreateGrantAsync(request));
        DefinePrincipal(Root, "via", """ "context":{"kms:ViaService":"qbusiness.eu-west-1.amazonaws.com"} """);
        await Client(accessKey: "via").CreateGrantAsync(request);
    }

    private static CreateGrantRequest Request(string key) => new()
    {
        KeyId = key,
        GranteeServicePrincipal = Service,
        RetiringServicePrincipal = Service,
        Operations = ["DescribeKey", "GenerateDataKeyWithoutPlaintext", "Decrypt"],
        Constraints = new GrantConstraints { SourceArn = Acme },
    };

    private static GenerateDataKeyWithoutPlaintextRequest Use(string key) => new() { KeyId = key, KeySpec = DataKeySpec.AES_256 };
}
