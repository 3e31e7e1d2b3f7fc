using Amazon.KeyManagementService.Model;
using TenantEncryption.Kms;
using TenantEncryption.Migration;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Tests.Providers.Walks;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Migration;

/// <summary>The KMS calls that a plan names are those that arrive: every one is counted, of every operation, by the KMS itself.</summary>
public sealed class PromisedCallsTests
{
    private static readonly string[] Platforms = ["standalone", "qlik-cloud", "qlik-cloud-government", "tableau-cloud", "amazon-q-business"];

    public static TheoryData<string, bool, bool> Targets
    {
        get
        {
            var targets = new TheoryData<string, bool, bool>();
            foreach (string platform in Platforms)
            {
                foreach (bool replica in new[] { false, true })
                {
                    targets.Add(platform, replica, false);

                    // Tableau takes no alias.
                    if (platform != "tableau-cloud")
                    {
                        targets.Add(platform, replica, true);
                    }
                }
            }

            return targets;
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Of_a_change_of_provider_as_many_are_made_as_its_plan_said(string platform, bool replica, bool alias)
    {
        await using SharedKms kms = await SharedKms.StartAsync();

        // Qlik asks for a replica, but in Stockholm.
        await using PlatformScene scene = await PlatformScene.BeginAsync(platform, kms, !replica && platform == "qlik-cloud" ? "eu-north-1" : null);
        bool migrates = scene.Platform.Lifecycle.KeyChange is not (KeyChange.Activate or KeyChange.Never);
        if (scene.Platform.Lifecycle.KeyChange != KeyChange.Never)
        {
            await scene.Service.ProtectValueAsync([1]);
            await scene.Service.Service.Keys.RotateAsync("acme");
        }

        KeyProvider target = await RegisterAsync(scene, replica, alias);
        int before = kms.Operations.Count;
        long promised = migrates
            ? (await scene.Service.Service.Migrations.MeasureAsync("acme", target.Id)).KmsCalls
            : await scene.Service.Service.Providers.MeasureActivationAsync(target);
        Assert.Equal(before, kms.Operations.Count);

        if (migrates)
        {
            await scene.Service.Service.Migrations.StartAsync("acme", target.Id);
        }
        else
        {
            await scene.Service.Service.Providers.EnableAsync(target.Id);
        }

        Assert.Equal(KeyProviderStatus.Active, (await scene.Service.ProviderAsync("CMK")).Status);
        Assert.Equal((promised, ""), (kms.Operations.Count - before, promised == kms.Operations.Count - before ? "" : string.Join(' ', kms.Operations.Skip(before))));
    }

    [Theory]
    [InlineData("standalone")]
    [InlineData("qlik-cloud")]
    public async Task Of_a_move_from_one_customers_key_to_the_next_and_back_home_as_many_are_made_as_its_plan_said(string platform)
    {
        await using SharedKms kms = await SharedKms.StartAsync();
        await using PlatformScene scene = await PlatformScene.BeginAsync(platform, kms);
        KeyProvider first = await RegisterAsync(scene, replica: true, alias: false);
        await scene.Service.Service.Migrations.StartAsync("acme", first.Id);
        await scene.Service.ProtectValueAsync([1]);
        await scene.Service.Service.Keys.RotateAsync("acme");
        string secondKey = await scene.CreateKeyAsync([scene.Backup ?? "eu-central-1"]);
        await scene.SetPolicyAsync(keyArn: secondKey);
        KeyProvider second = await scene.Service.Service.Providers.RegisterAsync(new NewKeyProvider
        {
            TenantId = "acme",
            Name = "Second",
            KeyIdentifier = secondKey,
            Parameters = scene.Parameters,
            Connection = scene.Connection,
        });

        foreach (KeyProvider target in new[] { second, first, await scene.Service.InternalAsync() })
        {
            KeyMigrationPlan plan = await scene.Service.Service.Migrations.MeasureAsync("acme", target.Id);
            int before = kms.Operations.Count;
            await scene.Service.Service.Migrations.StartAsync("acme", target.Id);
            Assert.Equal((target.Name, plan.KmsCalls), (target.Name, kms.Operations.Count - before));
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_draft_that_is_not_registered_yet_is_planned_as_it_is_when_it_is(bool replica, bool alias)
    {
        await using SharedKms kms = await SharedKms.StartAsync();
        await using PlatformScene scene = await PlatformScene.BeginAsync("standalone", kms);
        string keyArn = replica ? await scene.CreateKeyAsync(["eu-central-1"]) : await kms.CreateKeyAsync();
        if (alias)
        {
            await kms.Administrator.CreateAliasAsync(new CreateAliasRequest { AliasName = "alias/draft", TargetKeyId = keyArn });
        }

        int before = kms.Operations.Count;
        KeyProviderDraft draft = await scene.Service.Service.Providers.DraftAsync(new NewKeyProvider
        {
            TenantId = "acme",
            Name = "Draft",
            KeyIdentifier = alias ? "alias/draft" : keyArn,
            Connection = scene.Connection,
        });
        int looked = kms.Operations.Count - before;
        int toActivate = await scene.Service.Service.Providers.MeasureActivationAsync(draft.Provider);
        long toMove = (await scene.Service.Service.Migrations.MeasureAsync(draft)).KmsCalls;
        Assert.Equal(draft.KmsCalls, looked);
        Assert.DoesNotContain(await scene.Service.Service.Providers.ListAsync(new KeyProviderFilter()), provider => provider.Name == "Draft");

        KeyProvider registered = await scene.Service.Service.Providers.RegisterAsync(draft);
        Assert.Equal(toActivate, await scene.Service.Service.Providers.MeasureActivationAsync(registered));
        before = kms.Operations.Count;
        await scene.Service.Service.Migrations.StartAsync("acme", registered.Id);

        Assert.Equal(toMove, kms.Operations.Count - before);
    }

    private static async Task<KeyProvider> RegisterAsync(PlatformScene scene, bool replica, bool alias)
    {
        string keyArn = replica && scene.Backup is null ? await scene.CreateKeyAsync([Elsewhere(scene)]) : scene.KeyArn;
        await scene.SetPolicyAsync(keyArn: keyArn);
        if (replica && scene.Backup is null)
        {
            string there = PlatformScene.KeyArnIn(Elsewhere(scene), keyArn);
            await scene.PutAsync(Elsewhere(scene), there, scene.Policy(there).ToString());
        }

        string identifier = keyArn;
        if (alias)
        {
            identifier = $"{keyArn[..keyArn.IndexOf("key/", StringComparison.Ordinal)]}alias/planned";
            await scene.In(scene.Region).CreateAliasAsync(new CreateAliasRequest { AliasName = "alias/planned", TargetKeyId = keyArn });
        }

        return await scene.RegisterAsync(identifier);
    }

    private static string Elsewhere(PlatformScene scene) => KeyIdentifier.PartitionOf(scene.Region) == "aws-us-gov" ? "us-gov-east-1" : "eu-central-1";
}
