using TenantEncryption.Data;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;
using TenantEncryption.LocalKms.Faults;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Keys.Regions;

/// <summary>When KMS gives no answer at home, a multi-Region key works on in its replica, and nothing is lost when home returns.</summary>
public sealed class FailoverTests
{
    [Fact]
    public async Task Reading_and_writing_go_on_in_the_replica_with_a_warning_and_an_event_and_come_home_again()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        byte[] before = await scene.Service.ProtectValueAsync([1]);
        scene.ForgetKeys();
        scene.Shut(RegionScene.Home);

        byte[] meanwhile = await scene.Service.ProtectValueAsync([2]);
        Assert.Equal([1], await scene.Service.ReadValueAsync(before));

        string warning = Assert.Single(scene.Service.Warnings);
        Assert.Contains(RegionScene.Home, warning, StringComparison.Ordinal);
        Assert.Contains(RegionScene.Backup, warning, StringComparison.Ordinal);
        EncryptionEvent away = Assert.Single(await scene.EventsAsync(EventTypes.ProviderFailedOver));
        Assert.Equal((scene.Cmk.Id, RegionScene.Home, RegionScene.Backup), (away.Data["providerId"], away.Data["from"], away.Data["to"]));

        scene.Open();
        scene.WaitForNextTry();
        scene.ForgetKeys();
        scene.Service.Kms.Forget();
        Assert.Equal([1], await scene.Service.ReadValueAsync(before));
        Assert.Equal([2], await scene.Service.ReadValueAsync(meanwhile));
        Assert.All(scene.Asked, region => Assert.Equal(RegionScene.Home, region));
        EncryptionEvent home = Assert.Single(await scene.EventsAsync(EventTypes.ProviderReturned));
        Assert.Equal((RegionScene.Backup, RegionScene.Home), (home.Data["from"], home.Data["to"]));
    }

    [Fact]
    public async Task A_key_that_is_made_in_the_replica_opens_at_home_by_the_recipe_alone()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        scene.Shut(RegionScene.Home);

        KeyEncryptionKey key = await scene.Service.Service.Keys.RotateAsync("acme");
        byte[] message = await scene.Service.ProtectValueAsync([1, 2, 3]);

        scene.Open();
        var answer = await scene.Kms.Administrator.DecryptAsync(new()
        {
            KeyId = key.Record.KeyArn,
            CiphertextBlob = new MemoryStream(key.Record.SealedShare),
            EncryptionContext = new Dictionary<string, string>(key.Record.EncryptionContext),
        });
        Assert.Equal((scene.Cmk.KeyArn, scene.Cmk.KeyArn), (key.Record.KeyArn, answer.KeyId));
        using var keyring = new RawAesKeyring("tenant-encryption", key.KekId, KeyRecipe.Open(key.Record, answer.Plaintext.ToArray()));
        Assert.Equal([1, 2, 3], (await new MessageReader().ReadValueAsync(message, keyring)).Plaintext);
    }

    [Fact]
    public async Task A_direct_tenant_writes_and_reads_in_the_replica_and_both_read_at_home_later()
    {
        await using RegionScene scene = await RegionScene.BeginAsync(KeyHierarchy.Direct);
        byte[] before = await scene.Service.ProtectValueAsync([1]);
        scene.Shut(RegionScene.Home);

        byte[] meanwhile = await scene.Service.ProtectValueAsync([2]);
        Assert.Equal([1], await scene.Service.ReadValueAsync(before));
        Assert.Equal([2], await scene.Service.ReadValueAsync(meanwhile));

        Assert.Equal(scene.ArnIn(RegionScene.Backup), TenantDataProtector.ReadHeader(meanwhile).KeyArn);
        scene.Shut(RegionScene.Backup);
        scene.WaitForNextTry();
        Assert.Equal([2], await scene.Service.ReadValueAsync(meanwhile));
        Assert.Equal([1], await scene.Service.ReadValueAsync(before));
    }

    [Fact]
    public async Task Home_is_left_alone_for_half_a_minute_and_then_tried_once()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        scene.Shut(RegionScene.Home);
        scene.ForgetKeys();
        scene.Service.Kms.Forget();

        await ReadFreshAsync(scene, message);
        await ReadFreshAsync(scene, message);
        scene.Time.Advance(RegionCircuits.Pause - TimeSpan.FromSeconds(1));
        await ReadFreshAsync(scene, message);
        Assert.Equal([RegionScene.Home, RegionScene.Backup, RegionScene.Backup, RegionScene.Backup], scene.Asked);

        scene.Service.Kms.Forget();
        scene.Time.Advance(TimeSpan.FromSeconds(1));
        await ReadFreshAsync(scene, message);
        await ReadFreshAsync(scene, message);
        Assert.Equal([RegionScene.Home, RegionScene.Backup, RegionScene.Backup], scene.Asked);
        Assert.Single(await scene.EventsAsync(EventTypes.ProviderFailedOver));
    }

    [Fact]
    public async Task What_one_tenant_found_out_spares_the_others_the_wait()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        await scene.Service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "globex" });
        KeyProvider theirs = await scene.Service.RegisterAsync("Theirs", "globex", await scene.Kms.CreateMultiRegionKeyAsync(RegionScene.Backup));
        await scene.Service.Service.Providers.EnableAsync(theirs.Id);
        scene.ForgetKeys();
        scene.Shut(RegionScene.Home);
        await scene.Service.ProtectValueAsync([1]);
        scene.Service.Kms.Forget();

        await scene.Service.ProtectValueAsync([2], "globex");

        Assert.Equal([RegionScene.Backup], scene.Asked);
        Assert.Equal(2, (await scene.EventsAsync(EventTypes.ProviderFailedOver)).Count);
    }

    [Fact]
    public async Task Each_operation_that_a_replica_serves_warns_once()
    {
        await using RegionScene scene = await RegionScene.BeginAsync(KeyHierarchy.Direct);
        scene.Shut(RegionScene.Home);
        await using (DataSession session = scene.Service.Service.Data.BeginSession())
        {
            await session.ProtectValueAsync("acme", new byte[] { 1 });
            await session.ProtectValueAsync("acme", new byte[] { 2 });
        }

        await scene.Service.ProtectValueAsync([3]);

        Assert.Equal(2, scene.Service.Warnings.Count);
    }

    [Fact]
    public async Task Replicas_are_turned_to_in_order_until_one_answers()
    {
        await using RegionScene scene = await RegionScene.BeginAsync(replicas: ["eu-central-1", RegionScene.Backup]);
        scene.Shut(RegionScene.Home, "eu-central-1");

        byte[] message = await scene.Service.ProtectValueAsync([1]);
        Assert.Equal([RegionScene.Home, "eu-central-1", RegionScene.Backup], scene.Asked);

        scene.Shut(RegionScene.Home, RegionScene.Backup);
        scene.ForgetKeys();
        Assert.Equal([1], await scene.Service.ReadValueAsync(message));
        Assert.Equal(
            [(RegionScene.Home, RegionScene.Backup), (RegionScene.Backup, "eu-central-1")],
            (await scene.EventsAsync(EventTypes.ProviderFailedOver)).Select(one => ((string)one.Data["from"]!, (string)one.Data["to"]!)));
    }

    [Fact]
    public async Task The_platforms_backup_region_is_turned_to_first()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        await scene.Service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "qlik", Platform = "qlik-cloud", Region = RegionScene.Home });

        KeyProvider theirs = await scene.Service.RegisterAsync("Theirs", "qlik", await scene.Kms.CreateMultiRegionKeyAsync("ca-central-1", RegionScene.Backup));

        Assert.Equal([RegionScene.Backup, "ca-central-1"], theirs.ReplicaKeys.Select(arn => KeyIdentifier.Parse(arn).Region));
    }

    [Fact]
    public async Task When_no_region_answers_the_error_says_so_and_leases_end_on_time()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        scene.Shut(RegionScene.Home, RegionScene.Backup);

        Assert.Equal([1], await scene.Service.ReadValueAsync(message));
        scene.Time.Advance(TimeSpan.FromMinutes(5));
        TenantEncryptionException fault = await Refusal.OfAsync(() => scene.Service.ReadValueAsync(message));

        Assert.Equal((ErrorCodes.KmsUnreachable, RegionScene.Home), (fault.Code, fault.Region));
        Assert.Contains(RegionScene.Backup, fault.Detail, StringComparison.Ordinal);
        Assert.Empty(await scene.EventsAsync(EventTypes.ProviderFailedOver));
    }

    public static TheoryData<FaultPlan, string?> Answers => new()
    {
        { new FaultPlan { RegionsDown = [RegionScene.Home] }, null },
        { new FaultPlan { Reset = 1, Regions = [RegionScene.Home] }, null },
        { new FaultPlan { Drop = 1, Regions = [RegionScene.Home] }, null },
        { new FaultPlan { ServerError = 1, Regions = [RegionScene.Home] }, null },
        { new FaultPlan { Throttle = 1, Regions = [RegionScene.Home] }, ErrorCodes.Throttled },
        { new FaultPlan { ExpiredCredentials = 1, Regions = [RegionScene.Home] }, ErrorCodes.CredentialsInvalid },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Only_no_answer_is_failed_over(FaultPlan faults, string? code)
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        scene.ForgetKeys();
        scene.Service.Kms.Forget();
        scene.Kms.Faults = faults;

        if (code is null)
        {
            Assert.Equal([1], await scene.Service.ReadValueAsync(message));
            Assert.Equal([RegionScene.Home, RegionScene.Backup], scene.Asked);
        }
        else
        {
            Assert.Equal(code, await scene.Service.CodeOfReadingAsync(message));
            Assert.Equal([RegionScene.Home], scene.Asked);
            Assert.Empty((await scene.ProviderAsync()).RefusedRegions);
        }
    }

    [Fact]
    public async Task Replicas_are_known_from_registration_on_and_looked_at_again_by_each_test()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        KeyProvider registered = await scene.Service.RegisterAsync("Next", keyIdentifier: await scene.Kms.CreateMultiRegionKeyAsync(RegionScene.Backup));
        Assert.Equal([registered.KeyArn!.Replace(RegionScene.Home, RegionScene.Backup, StringComparison.Ordinal)], registered.ReplicaKeys);
        await scene.Kms.Administrator.ReplicateKeyAsync(new() { KeyId = scene.Cmk.KeyArn, ReplicaRegion = "eu-central-1" });

        Assert.True((await scene.Service.Service.Providers.TestAsync(scene.Cmk.Id)).Success);

        KeyProvider tested = await scene.ProviderAsync();
        Assert.True(tested.MultiRegion);
        Assert.Equal([scene.ArnIn("eu-central-1"), scene.ArnIn(RegionScene.Backup)], tested.ReplicaKeys);
        Assert.True((await scene.Service.Service.Providers.TestAsync(scene.Cmk.Id)).Success);
    }

    [Fact]
    public async Task A_multi_region_key_is_registered_although_KMS_does_not_answer()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        string arn = await scene.Kms.CreateMultiRegionKeyAsync(RegionScene.Backup);
        scene.Shut(RegionScene.Home);

        KeyProvider registered = await scene.Service.RegisterAsync("Next", keyIdentifier: arn);

        Assert.Equal((KeyProviderStatus.Pending, true, 0), (registered.Status, registered.MultiRegion, registered.ReplicaKeys.Count));
    }

    [Fact]
    public void Of_what_KMS_answers_only_relatives_of_the_key_become_replicas()
    {
        const string Id = "mrk-1234abcd12ab34cd56ef1234567890ab";
        const string Single = "1234abcd-12ab-34cd-56ef-1234567890ab";
        KeyProvider provider = Of($"arn:aws:kms:eu-west-1:111122223333:key/{Id}");
        KeyProvider single = Of($"arn:aws:kms:eu-west-1:111122223333:key/{Single}");

        string[] answered =
        [
            $"arn:aws:kms:eu-west-3:111122223333:key/{Id}",
            $"arn:aws:kms:eu-central-1:111122223333:key/{Id}",
            $"arn:aws:kms:eu-west-3:999999999999:key/{Id}",
            "arn:aws:kms:eu-west-3:111122223333:key/mrk-00000000000000000000000000000000",
            $"arn:aws:kms:eu-west-3:111122223333:key/{Single}",
            $"arn:aws-cn:kms:cn-north-1:111122223333:key/{Id}",
            "arn:aws:kms:eu-west-3:111122223333:alias/mine",
            $"arn:aws:kms:eu-west-1:111122223333:key/{Id}",
            Id,
            "https://kms.example.com",
        ];

        Assert.Equal([answered[0], answered[1]], KeyRegion.ReplicaArns(Described(answered), provider, backupRegion: "eu-west-3"));
        Assert.Equal([answered[1], answered[0]], KeyRegion.ReplicaArns(Described(answered), provider));
        Assert.Empty(KeyRegion.ReplicaArns(Described(answered), single));
        Assert.Equal([answered[1]], KeyRegion.Replicas(provider with { ReplicaKeys = [answered[2], answered[1]] }).Select(replica => replica.KeyArn));
    }

    [Fact]
    public async Task Who_can_write_the_store_can_not_name_a_replica()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        scene.Shut(RegionScene.Home);
        scene.Service.Sql(
            "UPDATE key_providers SET replica_keys = json_array($arn) WHERE id = $id", ("$arn", scene.ArnIn("eu-central-1")), ("$id", scene.Cmk.Id));

        Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(() => scene.Service.ProtectValueAsync([1])));
    }

    private static async Task ReadFreshAsync(RegionScene scene, byte[] message)
    {
        scene.ForgetKeys();
        Assert.Equal([1], await scene.Service.ReadValueAsync(message));
    }

    private static KeyProvider Of(string arn) => new()
    {
        Id = "kp-1",
        TenantId = "acme",
        Name = "CMK",
        Type = KeyProviderType.AwsKms,
        KeyArn = arn,
        Connection = new KmsConnection { Region = "eu-west-1" },
    };

    private static KmsKeyDescription Described(string[] relatives) => new()
    {
        KeyArn = "arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab",
        KeyState = "Enabled",
        KeyUsage = "ENCRYPT_DECRYPT",
        KeySpec = "SYMMETRIC_DEFAULT",
        KeyManager = "CUSTOMER",
        Origin = "AWS_KMS",
        MultiRegion = true,
        RelatedKeyArns = relatives,
    };
}
