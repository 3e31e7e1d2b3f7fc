using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using TenantEncryption.LocalKms.Tests.Support;

namespace TenantEncryption.LocalKms.Tests.Operations;

public sealed class MultiRegionTests : ServerTest
{
    [Fact]
    public async Task A_key_of_another_region_is_not_found()
    {
        string arn = await NewKeyAsync();
        AmazonKeyManagementServiceClient elsewhere = Client("us-east-1");
        Assert.Equal("Invalid arn eu-west-1", (await RefusedAsync("NotFoundException", () => elsewhere.DescribeKeyAsync(arn))).Message);
        await RefusedAsync("NotFoundException", () => elsewhere.DescribeKeyAsync(arn.Split('/')[1]));
        await Kms.CreateAliasAsync("alias/here", arn);
        await RefusedAsync("NotFoundException", () => elsewhere.DescribeKeyAsync("alias/here"));
    }

    [Fact]
    public async Task Replicas_open_each_others_ciphertext_and_have_states_policies_and_grants_of_their_own()
    {
        string primary = await NewKeyAsync(multiRegion: true);
        ReplicateKeyResponse made = await Kms.ReplicateKeyAsync(new ReplicateKeyRequest { KeyId = primary, ReplicaRegion = "eu-west-3" });
        Assert.Equal(KeyState.Creating, made.ReplicaKeyMetadata.KeyState);
        string replica = made.ReplicaKeyMetadata.Arn;
        AmazonKeyManagementServiceClient paris = Client("eu-west-3");
        GenerateDataKeyResponse there = await paris.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyId = replica, KeySpec = DataKeySpec.AES_256 });

        await paris.DisableKeyAsync(replica);
        Assert.Equal(KeyState.Enabled, (await Kms.DescribeKeyAsync(primary)).KeyMetadata.KeyState);
        DecryptResponse here = await Kms.DecryptAsync(new DecryptRequest { CiphertextBlob = there.CiphertextBlob });
        Assert.Equal((primary, Convert.ToHexString(there.Plaintext.ToArray())), (here.KeyId, Convert.ToHexString(here.Plaintext.ToArray())));

        await Kms.CreateGrantAsync(new CreateGrantRequest { KeyId = primary, GranteePrincipal = Root, Operations = ["Decrypt"] });
        Assert.Empty((await paris.ListGrantsAsync(new ListGrantsRequest { KeyId = replica })).Grants ?? []);
        MultiRegionConfiguration regions = (await paris.DescribeKeyAsync(replica)).KeyMetadata.MultiRegionConfiguration;
        Assert.Equal((MultiRegionKeyType.REPLICA, primary, replica), (regions.MultiRegionKeyType, regions.PrimaryKey.Arn, regions.ReplicaKeys.Single().Arn));
    }

    [Fact]
    public async Task A_primary_that_is_deleted_waits_for_its_replicas()
    {
        string primary = await NewKeyAsync(multiRegion: true);
        string replica = (await Kms.ReplicateKeyAsync(new ReplicateKeyRequest { KeyId = primary, ReplicaRegion = "eu-west-3" })).ReplicaKeyMetadata.Arn;
        Assert.Equal(KeyState.PendingReplicaDeletion, (await Kms.ScheduleKeyDeletionAsync(primary, 10)).KeyState);
        await Client("eu-west-3").ScheduleKeyDeletionAsync(replica, 7);
        Server.Advance(TimeSpan.FromDays(7));

        KeyMetadata waiting = (await Kms.DescribeKeyAsync(primary)).KeyMetadata;
        Assert.Equal(KeyState.PendingDeletion, waiting.KeyState);
        await RefusedAsync("NotFoundException", () => Client("eu-west-3").DescribeKeyAsync(replica));
        Server.Advance(TimeSpan.FromDays(10));
        await RefusedAsync("NotFoundException", () => Kms.DescribeKeyAsync(primary));
    }

    [Fact]
    public async Task The_primary_moves_and_the_old_one_can_no_longer_be_replicated()
    {
        string primary = await NewKeyAsync(multiRegion: true);
        string replica = (await Kms.ReplicateKeyAsync(new ReplicateKeyRequest { KeyId = primary, ReplicaRegion = "eu-west-3" })).ReplicaKeyMetadata.Arn;
        await Client("eu-west-3").DescribeKeyAsync(replica);
        await Kms.UpdatePrimaryRegionAsync(new UpdatePrimaryRegionRequest { KeyId = primary, PrimaryRegion = "eu-west-3" });
        Assert.Equal(MultiRegionKeyType.PRIMARY, (await Client("eu-west-3").DescribeKeyAsync(replica)).KeyMetadata.MultiRegionConfiguration.MultiRegionKeyType);
        await RefusedAsync("UnsupportedOperationException", () => Kms.ReplicateKeyAsync(new ReplicateKeyRequest { KeyId = primary, ReplicaRegion = "eu-west-2" }));
    }

    [Fact]
    public async Task A_rotation_of_the_primary_reaches_the_replica_and_old_ciphertext_still_opens()
    {
        string primary = await NewKeyAsync(multiRegion: true);
        string replica = (await Kms.ReplicateKeyAsync(new ReplicateKeyRequest { KeyId = primary, ReplicaRegion = "eu-west-3" })).ReplicaKeyMetadata.Arn;
        EncryptResponse old = await Kms.EncryptAsync(new EncryptRequest { KeyId = primary, Plaintext = new MemoryStream([7]) });
        await Kms.RotateKeyOnDemandAsync(new RotateKeyOnDemandRequest { KeyId = primary });
        EncryptResponse fresh = await Kms.EncryptAsync(new EncryptRequest { KeyId = primary, Plaintext = new MemoryStream([8]) });
        AmazonKeyManagementServiceClient paris = Client("eu-west-3");
        Assert.Equal([7], (await paris.DecryptAsync(new DecryptRequest { KeyId = replica, CiphertextBlob = old.CiphertextBlob })).Plaintext.ToArray());
        Assert.Equal([8], (await paris.DecryptAsync(new DecryptRequest { KeyId = replica, CiphertextBlob = fresh.CiphertextBlob })).Plaintext.ToArray());
    }

    [Fact]
    public async Task Automatic_rotation_happens_when_its_time_has_come()
    {
        string key = await NewKeyAsync();
        string before = (await Kms.DescribeKeyAsync(key)).KeyMetadata.CurrentKeyMaterialId;
        await Kms.EnableKeyRotationAsync(new EnableKeyRotationRequest { KeyId = key, RotationPeriodInDays = 90 });
        Server.Advance(TimeSpan.FromDays(91));
        Assert.NotEqual(before, (await Kms.DescribeKeyAsync(key)).KeyMetadata.CurrentKeyMaterialId);
        GetKeyRotationStatusResponse status = await Kms.GetKeyRotationStatusAsync(key);
        Assert.Equal((true, 90), (status.KeyRotationEnabled, status.RotationPeriodInDays));
    }
}
