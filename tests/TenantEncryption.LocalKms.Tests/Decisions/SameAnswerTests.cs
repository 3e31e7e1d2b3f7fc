using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using TenantEncryption.Kms;
using TenantEncryption.LocalKms.Tests.Support;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Findings;
using Call = System.Func<Amazon.KeyManagementService.AmazonKeyManagementServiceClient, string, System.Collections.Generic.Dictionary<string, string>, System.Threading.Tasks.Task>;

namespace TenantEncryption.LocalKms.Tests.Decisions;

/// <summary>What the simulator says of a request is what a live call is answered.</summary>
public sealed class SameAnswerTests : ServerTest
{
    private const int Seed = 20261128;
    private const int Policies = 90;
    private const int QuestionsEach = 2;

    private static readonly Dictionary<string, string>[] Contexts =
        [[], new() { ["TenantId"] = "a" }, new() { ["TenantId"] = "b" }, new() { ["tenantid"] = "a" }, new() { ["TenantId"] = "a", ["KekId"] = "1" }, new() { ["TenantId"] = "a", ["More"] = "x" }];

    private static readonly Dictionary<string, Call> Calls = new()
    {
        ["kms:Encrypt"] = (kms, key, context) => kms.EncryptAsync(new EncryptRequest { KeyId = key, Plaintext = new MemoryStream([1]), EncryptionContext = context, DryRun = true }),
        ["kms:Decrypt"] = (kms, key, context) => kms.DecryptAsync(new DecryptRequest { KeyId = key, CiphertextBlob = new MemoryStream([1]), EncryptionContext = context }),
        ["kms:GenerateDataKey"] = (kms, key, context) => kms.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyId = key, KeySpec = DataKeySpec.AES_256, EncryptionContext = context, DryRun = true }),
        ["kms:GenerateDataKeyWithoutPlaintext"] = (kms, key, context) => kms.GenerateDataKeyWithoutPlaintextAsync(new GenerateDataKeyWithoutPlaintextRequest { KeyId = key, KeySpec = DataKeySpec.AES_256, EncryptionContext = context, DryRun = true }),
        ["kms:DescribeKey"] = (kms, key, _) => kms.DescribeKeyAsync(key),
        ["kms:CreateGrant"] = (kms, key, context) => kms.CreateGrantAsync(new CreateGrantRequest { KeyId = key, GranteePrincipal = Asker.Alice, Operations = ["Decrypt"], Constraints = context.Count > 0 ? new GrantConstraints { EncryptionContextSubset = context } : null, DryRun = true }),
        ["kms:ListGrants"] = (kms, key, _) => kms.ListGrantsAsync(new ListGrantsRequest { KeyId = key }),
        ["kms:RevokeGrant"] = (kms, key, _) => kms.RevokeGrantAsync(new RevokeGrantRequest { KeyId = key, GrantId = new string('0', 64) }),
        ["kms:GetKeyRotationStatus"] = (kms, key, _) => kms.GetKeyRotationStatusAsync(new GetKeyRotationStatusRequest { KeyId = key }),
        ["kms:GetKeyLastUsage"] = (kms, key, _) => kms.GetKeyLastUsageAsync(new GetKeyLastUsageRequest { KeyId = key }),
        ["kms:ListKeyRotations"] = (kms, key, _) => kms.ListKeyRotationsAsync(new ListKeyRotationsRequest { KeyId = key }),
        ["kms:GetKeyPolicy"] = (kms, key, _) => kms.GetKeyPolicyAsync(key, "default"),
        ["kms:PutKeyPolicy"] = (kms, key, _) => kms.PutKeyPolicyAsync(key, """{"Statement":[]}""", "default"),
        ["kms:ListKeyPolicies"] = (kms, key, _) => kms.ListKeyPoliciesAsync(new ListKeyPoliciesRequest { KeyId = key }),
        ["kms:ListResourceTags"] = (kms, key, _) => kms.ListResourceTagsAsync(new ListResourceTagsRequest { KeyId = key }),
        ["kms:TagResource"] = (kms, key, _) => kms.TagResourceAsync(new TagResourceRequest { KeyId = key, Tags = [new Tag { TagKey = "a", TagValue = "b" }] }),
        ["kms:EnableKey"] = (kms, key, _) => kms.EnableKeyAsync(new EnableKeyRequest { KeyId = key }),
        ["kms:UpdateKeyDescription"] = (kms, key, _) => kms.UpdateKeyDescriptionAsync(key, "new"),
        ["kms:ScheduleKeyDeletion"] = (kms, key, _) => kms.ScheduleKeyDeletionAsync(new ScheduleKeyDeletionRequest { KeyId = key }),
        ["kms:CancelKeyDeletion"] = (kms, key, _) => kms.CancelKeyDeletionAsync(new CancelKeyDeletionRequest { KeyId = key }),
        ["kms:ListKeys"] = (kms, _, _) => kms.ListKeysAsync(new ListKeysRequest()),
    };

    /// <summary>Condition keys that come from what a call says.</summary>
    private static readonly Dictionary<string, (string Key, string Value)[]> OfCall = new()
    {
        ["kms:CreateGrant"] = [("kms:GranteePrincipal", Asker.Alice), ("kms:GrantOperations", "Decrypt")],
        ["kms:TagResource"] = [("aws:TagKeys", "a"), ("aws:RequestTag/a", "b")],
    };

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Server.Define(Asker.IdentityFile());
    }

    [Fact]
    public async Task Of_thousands_of_generated_questions()
    {
        var generated = new GeneratedPolicies(Seed);
        var different = new List<string>();
        var allowed = Asker.All.ToDictionary(asker => asker, _ => 0);
        int asked = 0;
        for (int number = 0; number < Policies; number++)
        {
            string policy = generated.Next();
            (string key, string[] aliases) = await NewKeyAsync(policy, alias: generated.Flip(of: 2) ? $"alias/same-{number}" : null);
            foreach (Asker asker in Asker.All)
            {
                for (int i = 0; i < QuestionsEach; i++)
                {
                    string action = generated.One([.. Calls.Keys]);
                    Dictionary<string, string> context = generated.One(Contexts);
                    bool live = await IsAllowedAsync(asker, action, key, context);
                    AccessTestResult simulated = AccessTest.Run(policy, Question(asker, action, key, context, aliases));
                    if (live != simulated.Success)
                    {
                        different.Add($"{asker.Arn} {action} {{{string.Join(", ", context)}}}: live {live}, simulated: {simulated.Reason} {policy}");
                    }

                    asked++;
                    allowed[asker] += live ? 1 : 0;
                }
            }
        }

        Assert.True(different.Count == 0, $"{different.Count} of {asked} differ:\n{string.Join("\n", different.Take(10))}");

        // A test that is refused everything, or nothing, would tell nothing; but a stranger whose account lets it do nothing is.
        Assert.All(allowed, one => Assert.True(
            one.Key == Asker.Stranger ? one.Value == 0 : one.Value is > 4 and < (Policies * QuestionsEach) - 4, $"{one.Key.Arn}: {one.Value} allowed"));
    }

    [Fact]
    public async Task Of_each_action_by_another_account_that_both_sides_allow()
    {
        const string Both = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["444455556666","arn:aws:iam::111122223333:root"]},"Action":"kms:*","Resource":"*"}]}""";
        string key = await NewKeyAsync(Both);
        Asker partner = Asker.All.Single(asker => asker.Arn == Asker.Partner);
        foreach (string action in Calls.Keys.Where(action => KmsActions.Find(action)!.ConcernsKey))
        {
            bool live = await IsAllowedAsync(partner, action, key, []);
            Assert.True(KmsActions.Find(action)!.AcrossAccounts == live, $"{action}: {live}");
            Assert.Equal(live, AccessTest.Run(Both, Question(partner, action, key, [], [])).Success);
        }
    }

    [Fact]
    public async Task Of_an_account_of_another_partition()
    {
        const string Role = "arn:aws-us-gov:iam::111122223333:role/app";
        DefinePrincipal(Role, "gov");
        AmazonKeyManagementServiceClient root = Client("us-gov-west-1");
        string policy = $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["{{Role}}","arn:aws-us-gov:iam::111122223333:root"]},"Action":"kms:*","Resource":"*"}]}""";
        string key = (await root.CreateKeyAsync(new CreateKeyRequest { Policy = policy })).KeyMetadata.Arn;
        await root.DescribeKeyAsync(key);
        await Client("us-gov-west-1", "gov").DescribeKeyAsync(key);
        foreach (string principal in new[] { Role, "111122223333" })
        {
            Assert.True(AccessTest.Run(policy, new AccessQuestion { Principal = principal, Action = "DescribeKey", Key = KeyIdentifier.Parse(key), IdentityPolicies = [] }).Success);
        }
    }

    [Fact]
    public async Task An_alias_that_a_key_policy_asks_for_needs_no_identity_policy()
    {
        string key = await NewKeyAsync(Statement(Asker.Alice, "kms:DescribeKey", """{"ForAnyValue:StringEquals":{"kms:ResourceAliases":"alias/mine"}}"""));
        Asker alice = Asker.All.Single(asker => asker.Arn == Asker.Alice);
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: alice.AccessKey).DescribeKeyAsync(key));
        await Kms.CreateAliasAsync("alias/mine", key);
        await Client(accessKey: alice.AccessKey).DescribeKeyAsync(key);
    }

    [Fact]
    public async Task The_owner_of_a_key_retires_its_grants_by_an_identity_policy_and_a_key_policy_does_not_let_others()
    {
        string key = await NewKeyAsync(Statement(Asker.Alice, "kms:*"));
        Asker carol = Asker.All.Single(asker => asker.Arn.EndsWith("carol", StringComparison.Ordinal)), alice = Asker.All.Single(asker => asker.Arn == Asker.Alice);
        RetireGrantRequest retire = new() { KeyId = key, GrantId = (await Kms.CreateGrantAsync(new CreateGrantRequest { KeyId = key, GranteePrincipal = Asker.AppRole, Operations = ["Decrypt"] })).GrantId };
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: alice.AccessKey).RetireGrantAsync(retire));
        await Client(accessKey: carol.AccessKey).RetireGrantAsync(retire);
    }

    private async Task<(string Key, string[] Aliases)> NewKeyAsync(string policy, string? alias)
    {
        string key = (await Kms.CreateKeyAsync(new CreateKeyRequest { Policy = policy, BypassPolicyLockoutSafetyCheck = true })).KeyMetadata.Arn;
        if (alias is null)
        {
            return (key, []);
        }

        try
        {
            await Kms.CreateAliasAsync(alias, key);
            return (key, [alias]);
        }
        catch (AmazonKeyManagementServiceException refused) when (refused.ErrorCode == "AccessDeniedException")
        {
            // The policy does not let the root user name the key.
            return (key, []);
        }
    }

    private static AccessQuestion Question(Asker asker, string action, string key, Dictionary<string, string> context, string[] aliases)
    {
        AccessQuestion question = asker.Question(action);
        var conditions = new Dictionary<string, IReadOnlyList<string>>(question.ConditionKeys);
        foreach ((string name, string value) in OfCall.GetValueOrDefault(action, []))
        {
            conditions[name] = [value];
        }

        if (aliases.Length > 0)
        {
            conditions["kms:ResourceAliases"] = aliases;
        }

        return question with { EncryptionContext = context, ConditionKeys = conditions, Key = KeyIdentifier.Parse(key) };
    }

    // KMS decides about permissions before it looks at the key's state or the rest of the request.
    private async Task<bool> IsAllowedAsync(Asker asker, string action, string key, Dictionary<string, string> context)
    {
        try
        {
            await Calls[action](Client(accessKey: asker.AccessKey), key, context);
            return true;
        }
        catch (AmazonKeyManagementServiceException answer)
        {
            return answer.ErrorCode != "AccessDeniedException";
        }
    }
}
