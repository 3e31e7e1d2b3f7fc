using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using TenantEncryption.LocalKms.Tests.Support;

namespace TenantEncryption.LocalKms.Tests.Identity;

public sealed class AccessTests : ServerTest
{
    private const string Partner = "arn:aws:iam::444455556666:role/partner";

    [Fact]
    public async Task A_refusal_names_who_what_and_which_kind_of_policy()
    {
        DefinePrincipal("arn:aws:iam::111122223333:user/alice", "alice");
        string key = await NewKeyAsync();
        AmazonKeyManagementServiceException refused = await RefusedAsync("AccessDeniedException", () => Client(accessKey: "alice").DescribeKeyAsync(key));
        Assert.Equal(
            $"User: arn:aws:iam::111122223333:user/alice is not authorized to perform: kms:DescribeKey on resource: {key} because no identity-based policy allows the kms:DescribeKey action",
            refused.Message);
        Assert.Contains("none allows it", Server.LatestEvents(1)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_policy_lets_a_user_use_the_key()
    {
        DefinePrincipal("arn:aws:iam::111122223333:user/alice", "alice", """
            "policies":{"use":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:TenantId":"a"}}}]}}
            """);
        string key = await NewKeyAsync();
        EncryptResponse made = await Kms.EncryptAsync(new EncryptRequest { KeyId = key, Plaintext = new MemoryStream([1]), EncryptionContext = new() { ["TenantId"] = "a" } });
        AmazonKeyManagementServiceClient alice = Client(accessKey: "alice");
        await alice.DecryptAsync(new DecryptRequest { CiphertextBlob = made.CiphertextBlob, EncryptionContext = new() { ["TenantId"] = "a" } });
        await RefusedAsync("AccessDeniedException", () => alice.DecryptAsync(new DecryptRequest { CiphertextBlob = made.CiphertextBlob, EncryptionContext = new() { ["TenantId"] = "b" } }));
    }

    [Fact]
    public async Task Who_makes_a_key_or_a_replica_with_tags_may_tag()
    {
        DefinePrincipal("arn:aws:iam::111122223333:user/maker", "maker", """
            "policies":{"use":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kms:CreateKey","kms:ReplicateKey"],"Resource":"*"}]}}
            """);
        AmazonKeyManagementServiceClient maker = Client(accessKey: "maker");
        List<Tag> tags = [new() { TagKey = "Owner", TagValue = "acme" }];
        await maker.CreateKeyAsync(new CreateKeyRequest());
        AmazonKeyManagementServiceException refused = await RefusedAsync("AccessDeniedException", () => maker.CreateKeyAsync(new CreateKeyRequest { Tags = tags }));
        Assert.Contains("kms:TagResource", refused.Message, StringComparison.Ordinal);
        string key = (await maker.CreateKeyAsync(new CreateKeyRequest { MultiRegion = true })).KeyMetadata.Arn;
        await RefusedAsync("AccessDeniedException", () => maker.ReplicateKeyAsync(new ReplicateKeyRequest { KeyId = key, ReplicaRegion = "eu-west-3", Tags = tags }));
        await maker.ReplicateKeyAsync(new ReplicateKeyRequest { KeyId = key, ReplicaRegion = "eu-west-3" });
    }

    [Fact]
    public async Task Another_account_needs_the_key_policy_and_its_own()
    {
        const string Decrypt = """ "policies":{"use":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]}} """;
        DefinePrincipal(Partner, "partner", Decrypt);
        DefinePrincipal("arn:aws:iam::444455556666:role/bare", "bare");
        string key = await NewKeyAsync(Statement("444455556666", "kms:DescribeKey"));
        Assert.Equal(key, (await Client(accessKey: "partner").DescribeKeyAsync(key)).KeyMetadata.Arn);
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: "bare").DescribeKeyAsync(key));
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: "partner").GetKeyPolicyAsync(key, "default"));
    }

    [Fact]
    public async Task Another_account_learns_nothing_of_a_key_that_is_not_there()
    {
        DefinePrincipal(Partner, "partner", """ "policies":{"use":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]}} """);
        string key = await NewKeyAsync();
        string missing = key[..^4] + "0000";
        AmazonKeyManagementServiceClient partner = Client(accessKey: "partner");
        string there = (await RefusedAsync("AccessDeniedException", () => partner.DescribeKeyAsync(key))).Message;
        string notThere = (await RefusedAsync("AccessDeniedException", () => partner.DescribeKeyAsync(missing))).Message;
        Assert.Equal(there.Replace(key, missing, StringComparison.Ordinal), notThere);
    }

    [Fact]
    public async Task A_ciphertext_does_not_tell_a_stranger_whose_key_made_it()
    {
        DefinePrincipal(Partner, "partner", """ "policies":{"use":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]}} """);
        string key = await NewKeyAsync();
        EncryptResponse made = await Kms.EncryptAsync(new EncryptRequest { KeyId = key, Plaintext = new MemoryStream([1]) });
        AmazonKeyManagementServiceException refused = await RefusedAsync(
            "AccessDeniedException", () => Client(accessKey: "partner").DecryptAsync(new DecryptRequest { CiphertextBlob = made.CiphertextBlob }));
        Assert.DoesNotContain(key.Split('/')[1], refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grantee_who_may_retire_does_so_whatever_else_allows_it()
    {
        DefinePrincipal("arn:aws:iam::111122223333:role/app", "app");
        string key = await NewKeyAsync(Statement("arn:aws:iam::111122223333:role/app", "kms:*"));
        CreateGrantRequest request = new() { KeyId = key, GranteePrincipal = "arn:aws:iam::111122223333:role/app", Operations = ["RetireGrant"] };
        string grantId = (await Kms.CreateGrantAsync(request)).GrantId;
        request.Operations = ["Decrypt"];
        string other = (await Kms.CreateGrantAsync(request)).GrantId;
        AmazonKeyManagementServiceClient app = Client(accessKey: "app");
        await RefusedAsync("AccessDeniedException", () => app.RetireGrantAsync(new RetireGrantRequest { KeyId = key, GrantId = other }));
        await app.RetireGrantAsync(new RetireGrantRequest { KeyId = key, GrantId = grantId });
    }

    [Fact]
    public async Task The_local_root_is_who_the_identity_file_says()
    {
        string folder = Directory.CreateTempSubdirectory("localkms-").FullName;
        string file = Path.Combine(folder, "identities.json");
        await File.WriteAllTextAsync(file, """{"principals":[{"arn":"arn:aws:iam::111122223333:root","accessKeys":[{"id":"boss","secret":"boss"}]}]}""");
        for (int start = 0; start < 2; start++)
        {
            await using LocalKmsServer server = await LocalKmsServer.StartAsync(new LocalKmsOptions { DataFolder = folder, IdentityFile = file });
            using AmazonKeyManagementServiceClient local = server.Create(), boss = server.Create(accessKey: "boss", secret: "boss");
            await RefusedAsync("UnrecognizedClientException", () => local.ListKeysAsync(new ListKeysRequest()));
            await boss.ListKeysAsync(new ListKeysRequest());
        }

        Assert.Single(File.ReadLines(Path.Combine(folder, "state.jsonl")), line => line.Contains("boss", StringComparison.Ordinal));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_session_with_a_key_of_its_own_has_the_policies_of_its_role()
    {
        DefinePrincipal("arn:aws:sts::111122223333:assumed-role/app/one", "one");
        DefinePrincipal("arn:aws:iam::111122223333:role/app", "app", """ "policies":{"use":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:ListKeys","Resource":"*"}]}} """);
        await Client(accessKey: "one").ListKeysAsync(new ListKeysRequest());
    }

    [Fact]
    public async Task A_call_through_a_service_meets_kms_ViaService()
    {
        DefinePrincipal("arn:aws:iam::111122223333:role/Admin", "direct");
        string key = await NewKeyAsync(Statement("arn:aws:iam::111122223333:role/Admin", "kms:DescribeKey",
            """{"StringEquals":{"kms:ViaService":"qbusiness.eu-west-1.amazonaws.com","kms:CallerAccount":"111122223333"}}"""));
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: "direct").DescribeKeyAsync(key));
        DefinePrincipal("arn:aws:iam::111122223333:role/Admin", "via", """ "context":{"kms:ViaService":"qbusiness.eu-west-1.amazonaws.com"} """);
        await Client(accessKey: "via").DescribeKeyAsync(key);
    }

    [Fact]
    public async Task A_policy_that_locks_its_author_out_is_refused_unless_the_check_is_bypassed()
    {
        string key = await NewKeyAsync();
        const string Lockout = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/alice"},"Action":"kms:*","Resource":"*"}]}""";
        AmazonKeyManagementServiceException refused = await RefusedAsync(
            "MalformedPolicyDocumentException", () => Kms.PutKeyPolicyAsync(key, Lockout, "default"));
        Assert.Equal("The new key policy will not allow you to update the key policy in the future.", refused.Message);
        await Kms.PutKeyPolicyAsync(new PutKeyPolicyRequest { KeyId = key, Policy = Lockout, BypassPolicyLockoutSafetyCheck = true });
        await RefusedAsync("AccessDeniedException", () => Kms.DescribeKeyAsync(key));
        await RefusedAsync("MalformedPolicyDocumentException", () => Kms.CreateKeyAsync(new CreateKeyRequest { Policy = "{}" }));
    }

    [Fact]
    public async Task A_grant_permits_under_its_constraint_until_it_is_revoked()
    {
        DefinePrincipal("arn:aws:iam::111122223333:role/app", "app");
        string key = await NewKeyAsync();
        AmazonKeyManagementServiceClient app = Client(accessKey: "app");
        GenerateDataKeyWithoutPlaintextRequest use = new() { KeyId = key, KeySpec = DataKeySpec.AES_256, EncryptionContext = new() { ["TenantId"] = "a" } };
        await RefusedAsync("AccessDeniedException", () => app.GenerateDataKeyWithoutPlaintextAsync(use));
        CreateGrantRequest request = new()
        {
            KeyId = key,
            Name = "once",
            GranteePrincipal = "arn:aws:iam::111122223333:role/app",
            Operations = ["GenerateDataKeyWithoutPlaintext", "RetireGrant"],
            Constraints = new GrantConstraints { EncryptionContextSubset = new() { ["TenantId"] = "a" } },
        };
        CreateGrantResponse grant = await Kms.CreateGrantAsync(request);
        Assert.Equal(grant.GrantId, (await Kms.CreateGrantAsync(request)).GrantId);
        await app.GenerateDataKeyWithoutPlaintextAsync(use);
        use.EncryptionContext = new() { ["TenantId"] = "b" };
        await RefusedAsync("AccessDeniedException", () => app.GenerateDataKeyWithoutPlaintextAsync(use));
        await app.RetireGrantAsync(new RetireGrantRequest { GrantToken = grant.GrantToken });
        use.EncryptionContext = new() { ["TenantId"] = "a" };
        await RefusedAsync("AccessDeniedException", () => app.GenerateDataKeyWithoutPlaintextAsync(use));
    }

    [Fact]
    public async Task Only_those_whom_the_grant_names_may_retire_it()
    {
        DefinePrincipal("arn:aws:iam::111122223333:role/app", "app");
        DefinePrincipal("arn:aws:iam::111122223333:role/retirer", "retirer");
        string key = await NewKeyAsync();
        CreateGrantResponse grant = await Kms.CreateGrantAsync(new CreateGrantRequest
        {
            KeyId = key,
            GranteePrincipal = "arn:aws:iam::111122223333:role/app",
            RetiringPrincipal = "arn:aws:iam::111122223333:role/retirer",
            Operations = ["Decrypt"],
        });
        RetireGrantRequest retire = new() { KeyId = key, GrantId = grant.GrantId };
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: "app").RetireGrantAsync(retire));
        await Client(accessKey: "retirer").RetireGrantAsync(retire);
        Assert.Empty((await Kms.ListGrantsAsync(new ListGrantsRequest { KeyId = key })).Grants ?? []);
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_happen_and_does_nothing()
    {
        string key = await NewKeyAsync();
        await RefusedAsync("DryRunOperationException", () => Kms.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyId = key, KeySpec = DataKeySpec.AES_256, DryRun = true }));
        await RefusedAsync("DryRunOperationException", () => Kms.CreateGrantAsync(new CreateGrantRequest { KeyId = key, GranteePrincipal = Root, Operations = ["Decrypt"], DryRun = true }));
        Assert.Empty((await Kms.ListGrantsAsync(new ListGrantsRequest { KeyId = key })).Grants ?? []);
        await Kms.DisableKeyAsync(key);
        await RefusedAsync("DisabledException", () => Kms.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyId = key, KeySpec = DataKeySpec.AES_256, DryRun = true }));
    }
}
