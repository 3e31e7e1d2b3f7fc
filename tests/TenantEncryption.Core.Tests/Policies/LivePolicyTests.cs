using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Findings;
using TenantEncryption.Policies.Findings.Edits;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing.Policies;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Core.Tests.Policies;

/// <summary>The test of a provider on a live key says what the test of the policy says, with the same remedy; and a remedy that was followed makes the key work.</summary>
public sealed class LivePolicyTests
{
    // That a remedy mends is held for every one of them without a KMS; here for a sample, as each takes two more calls.
    private const int FollowOneOf = 3;

    public static TheoryData<string> Platforms => [.. PlatformCatalog.BuiltIn.Select(platform => platform.Name)];

    [Theory]
    [MemberData(nameof(Platforms))]
    public async Task Both_tests_agree_on_every_policy_that_KMS_takes_and_a_followed_remedy_makes_the_key_work(string platform)
    {
        await using TestService service = await TestService.OpenAsync();
        string region = new MistakeScene(platform).Values.Key!.Region!;
        string? backup = PlatformCatalog.FindBuiltIn(platform)!.FindRegion(region)?.Backup;
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = MistakeScene.TenantId, Platform = platform, Region = region });
        string key = await CreateKeyAsync(service, region, backup);
        var scene = new MistakeScene(platform, key);
        var disagreements = new List<string>();
        int number = 0;
        Mistake[] mistakes = [.. StatementMistakes.All, .. ConditionMistakes.All, .. DocumentMistakes.All];
        foreach (Mistake mistake in mistakes.Where(mistake => mistake.Applies(scene)))
        {
            string policy = mistake.Make(scene, (JObject)scene.Right.DeepClone());
            PolicyAnalysis analysis = scene.Analyze(policy);
            // KMS refuses the first, and the others as nobody could put the next policy, or only who meets a condition.
            if (analysis.Code == ErrorCodes.MalformedPolicy
                || analysis.Findings.Any(finding => finding.Code is PolicyFindingCodes.AccountLockedOut or PolicyFindingCodes.ConditionalAdministration))
            {
                continue;
            }

            KeyProviderTestResult before = await TestAsync(service, scene, key, backup, policy);
            string told = string.Join('\n', before.Checks.Where(check => check.Outcome is CheckOutcome.Failed).Select(check => $"{check.Code} {check.Observed} -> {check.Remedy}"));
            KeyProviderCheck[] failed = [.. before.Checks.Where(check => check.Outcome == CheckOutcome.Failed)];
            if (before.Code != analysis.Code || failed.Any(check => analysis.Findings.All(finding => finding.Remedy != check.Remedy)))
            {
                disagreements.Add($"{mistake.Name}: {analysis.Code} offline, {before.Code} live\n{told}");
            }
            else if (!before.Success && number++ % FollowOneOf == 0)
            {
                KeyProviderTestResult after = await TestAsync(service, scene, key, backup, PolicyEditor.Apply(policy, analysis.Findings.SelectMany(finding => finding.Edits)));
                if (!after.Success)
                {
                    disagreements.Add($"{mistake.Name}: still {after.Code}\n{told}");
                }
            }
        }

        Assert.True(disagreements.Count == 0, string.Join('\n', disagreements));
    }

    private static async Task<string> CreateKeyAsync(TestService service, string region, string? backup)
    {
        using var kms = service.Keys.AdministratorOf(region);
        string arn = (await kms.CreateKeyAsync(new Amazon.KeyManagementService.Model.CreateKeyRequest { MultiRegion = backup is not null })).KeyMetadata.Arn;
        if (backup is not null)
        {
            await kms.ReplicateKeyAsync(new Amazon.KeyManagementService.Model.ReplicateKeyRequest { KeyId = arn, ReplicaRegion = backup });
        }

        return arn;
    }

    private static async Task<KeyProviderTestResult> TestAsync(TestService service, MistakeScene scene, string key, string? backup, string policy)
    {
        await service.Keys.PutPolicyAsync(key, policy);
        if (backup is not null)
        {
            // Each region's key has an ARN of its own.
            string region = scene.Values.Key!.Region!;
            await service.Keys.PutPolicyAsync(key.Replace(region, backup, StringComparison.Ordinal), policy.Replace(key, key.Replace(region, backup, StringComparison.Ordinal), StringComparison.Ordinal));
        }

        var parameters = new Dictionary<string, IReadOnlyList<string>>(scene.Values.Parameters);
        if (scene.Values.Users.Count > 0)
        {
            parameters["Users"] = scene.Values.Users;
        }

        return await service.Service.Providers.TestKeyAsync(new KeyCandidate
        {
            TenantId = MistakeScene.TenantId,
            KeyIdentifier = key,
            ContextValue = scene.Values.ContextValue,
            Parameters = parameters,
            Connection = new KmsConnection { EndpointUrl = service.Keys.Url, Region = scene.Values.Key!.Region! },
        });
    }
}
