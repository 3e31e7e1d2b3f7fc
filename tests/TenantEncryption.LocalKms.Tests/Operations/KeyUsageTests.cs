using System.Text.Json;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using TenantEncryption.LocalKms.Faults;
using TenantEncryption.LocalKms.Tests.Support;

namespace TenantEncryption.LocalKms.Tests.Operations;

/// <summary>When a key was last used (Developer Guide, "Determine past usage of a KMS key").</summary>
public sealed class KeyUsageTests : ServerTest
{
    private const string OfLate = """{"NumericLessThanEquals":{"kms:TrailingDaysWithoutKeyUsage":"30"}}""";

    [Fact]
    public async Task The_last_use_is_told_with_its_CloudTrail_record()
    {
        string key = await NewKeyAsync();
        Assert.Null((await UsageAsync(key)).KeyLastUsage?.Timestamp);
        EncryptResponse made = await Kms.EncryptAsync(new EncryptRequest { KeyId = key, Plaintext = new MemoryStream([1]) });
        using var record = JsonDocument.Parse(Server.LatestEvents(1)[0]);
        await Kms.DescribeKeyAsync(key);

        GetKeyLastUsageResponse usage = await UsageAsync(key);

        Assert.Equal(("Encrypt", made.ResponseMetadata.RequestId), (usage.KeyLastUsage.Operation.Value, usage.KeyLastUsage.KmsRequestId));
        Assert.Equal(record.RootElement.GetProperty("eventID").GetString(), usage.KeyLastUsage.CloudTrailEventId);
        Assert.Equal(key.Split('/')[1], usage.KeyId);
        Assert.Equal(usage.KeyCreationDate, usage.TrackingStartDate);
        Assert.True(usage.KeyLastUsage.Timestamp >= usage.TrackingStartDate);
    }

    [Theory]
    [InlineData("Encrypt")]
    [InlineData("Decrypt")]
    [InlineData("GenerateDataKey")]
    [InlineData("GenerateDataKeyWithoutPlaintext")]
    [InlineData("ReEncrypt")]
    public async Task Every_cryptographic_operation_counts_once_it_succeeds(string operation)
    {
        string key = await NewKeyAsync(), other = await NewKeyAsync();
        MemoryStream blob = (await Kms.EncryptAsync(new EncryptRequest { KeyId = other, Plaintext = new MemoryStream([1]) })).CiphertextBlob;
        switch (operation)
        {
            case "Encrypt": await Kms.EncryptAsync(new EncryptRequest { KeyId = key, Plaintext = new MemoryStream([1]) }); break;
            case "GenerateDataKey": await Kms.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyId = key, KeySpec = DataKeySpec.AES_256 }); break;
            case "GenerateDataKeyWithoutPlaintext": await Kms.GenerateDataKeyWithoutPlaintextAsync(new GenerateDataKeyWithoutPlaintextRequest { KeyId = key, KeySpec = DataKeySpec.AES_256 }); break;
            case "ReEncrypt": await Kms.ReEncryptAsync(new ReEncryptRequest { CiphertextBlob = blob, DestinationKeyId = key }); break;
            default: (key, _) = (other, await Kms.DecryptAsync(new DecryptRequest { CiphertextBlob = blob })); break;
        }

        Assert.Equal(operation, (await UsageAsync(key)).KeyLastUsage.Operation.Value);
        Assert.Equal(operation == "ReEncrypt" ? "ReEncrypt" : operation == "Decrypt" ? "Decrypt" : "Encrypt", (await UsageAsync(other)).KeyLastUsage.Operation.Value);
    }

    [Fact]
    public async Task What_is_refused_or_only_rehearsed_is_no_use()
    {
        string key = await NewKeyAsync();
        await RefusedAsync("DryRunOperationException", () => Kms.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyId = key, KeySpec = DataKeySpec.AES_256, DryRun = true }));
        await RefusedAsync("InvalidCiphertextException", () => Kms.DecryptAsync(new DecryptRequest { KeyId = key, CiphertextBlob = new MemoryStream([1, 2, 3]) }));
        Assert.Null((await UsageAsync(key)).KeyLastUsage?.Operation);
    }

    [Fact]
    public async Task Each_replica_has_its_own()
    {
        string key = await NewKeyAsync(multiRegion: true);
        await Kms.ReplicateKeyAsync(new ReplicateKeyRequest { KeyId = key, ReplicaRegion = "us-east-1" });
        AmazonKeyManagementServiceClient there = Client("us-east-1");
        string replica = key.Split('/')[1];
        await there.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyId = replica, KeySpec = DataKeySpec.AES_256 });

        Assert.Equal("GenerateDataKey", (await there.GetKeyLastUsageAsync(new GetKeyLastUsageRequest { KeyId = replica })).KeyLastUsage.Operation.Value);
        Assert.Null((await UsageAsync(key)).KeyLastUsage?.Operation);
    }

    [Fact]
    public async Task A_use_is_on_record_when_its_delay_is_over()
    {
        string key = await NewKeyAsync();
        Server.Faults = new FaultPlan { UsageDelay = TimeSpan.FromHours(1) };
        await Kms.EncryptAsync(new EncryptRequest { KeyId = key, Plaintext = new MemoryStream([1]) });
        Assert.Null((await UsageAsync(key)).KeyLastUsage?.Operation);
        Server.Advance(TimeSpan.FromMinutes(59));
        await Kms.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyId = key, KeySpec = DataKeySpec.AES_256 });
        Assert.Null((await UsageAsync(key)).KeyLastUsage?.Operation);
        Server.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("GenerateDataKey", (await UsageAsync(key)).KeyLastUsage.Operation.Value);
    }

    [Fact]
    public async Task Only_who_may_ask_for_it_in_the_key_s_account_learns_it()
    {
        const string All = """ "policies":{"all":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]}} """;
        DefinePrincipal("arn:aws:iam::111122223333:role/app", "app");
        DefinePrincipal("arn:aws:iam::444455556666:role/partner", "partner", All);
        string key = await NewKeyAsync(Statement("arn:aws:iam::444455556666:role/partner", "kms:*"));
        var request = new GetKeyLastUsageRequest { KeyId = key };
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: "app").GetKeyLastUsageAsync(request));
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: "partner").GetKeyLastUsageAsync(request));
        await Kms.CreateAliasAsync("alias/used", key);
        await RefusedAsync("NotFoundException", () => Kms.GetKeyLastUsageAsync(new GetKeyLastUsageRequest { KeyId = "alias/used" }));
        await RefusedAsync("InvalidArnException", () => Kms.GetKeyLastUsageAsync(new GetKeyLastUsageRequest { KeyId = "arn:aws:kms:eu-west-1:111122223333:alias/used" }));
    }

    [Fact]
    public async Task A_key_that_was_used_of_late_is_neither_disabled_nor_deleted_where_the_policy_says_so()
    {
        string key = await NewKeyAsync(Guarded());
        await Kms.EncryptAsync(new EncryptRequest { KeyId = key, Plaintext = new MemoryStream([1]) });
        Server.Advance(TimeSpan.FromDays(31) - TimeSpan.FromMinutes(1));
        await RefusedAsync("AccessDeniedException", () => Kms.DisableKeyAsync(key));
        await RefusedAsync("AccessDeniedException", () => Kms.ScheduleKeyDeletionAsync(key, 7));
        Server.Advance(TimeSpan.FromMinutes(2));
        await Kms.DisableKeyAsync(key);
        await Kms.ScheduleKeyDeletionAsync(key, 7);
    }

    [Fact]
    public async Task A_key_that_was_never_used_counts_from_its_making()
    {
        string key = await NewKeyAsync(Guarded());
        await RefusedAsync("AccessDeniedException", () => Kms.DisableKeyAsync(key));
        Server.Advance(TimeSpan.FromDays(31));
        await Kms.DisableKeyAsync(key);
    }

    [Fact]
    public async Task Other_operations_have_no_such_condition()
    {
        string key = await NewKeyAsync(Guarded("kms:TagResource"));
        await Kms.TagResourceAsync(new TagResourceRequest { KeyId = key, Tags = [new Tag { TagKey = "a", TagValue = "b" }] });
    }

    [Fact]
    public async Task A_server_that_stops_keeps_the_last_uses()
    {
        string folder = Directory.CreateTempSubdirectory("localkms-").FullName;
        string key;
        await using (LocalKmsServer first = await LocalKmsServer.StartAsync(new LocalKmsOptions { DataFolder = folder }))
        {
            using AmazonKeyManagementServiceClient kms = first.Create();
            key = (await kms.CreateKeyAsync(new CreateKeyRequest())).KeyMetadata.Arn;
            await kms.EncryptAsync(new EncryptRequest { KeyId = key, Plaintext = new MemoryStream([1]) });
            await kms.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyId = key, KeySpec = DataKeySpec.AES_256 });
        }

        await using (LocalKmsServer second = await LocalKmsServer.StartAsync(new LocalKmsOptions { DataFolder = folder }))
        {
            using AmazonKeyManagementServiceClient kms = second.Create();
            Assert.Equal("GenerateDataKey", (await kms.GetKeyLastUsageAsync(new GetKeyLastUsageRequest { KeyId = key })).KeyLastUsage.Operation.Value);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static string Guarded(string action = "kms:DisableKey") => $$"""
        {"Version":"2012-10-17","Statement":[
          {"Effect":"Allow","Principal":{"AWS":"{{Root}}"},"Action":"kms:*","Resource":"*"},
          {"Effect":"Deny","Principal":"*","Action":["{{action}}","kms:ScheduleKeyDeletion"],"Resource":"*","Condition":{{OfLate}}}]}
        """;

    private Task<GetKeyLastUsageResponse> UsageAsync(string key) => Kms.GetKeyLastUsageAsync(new GetKeyLastUsageRequest { KeyId = key });
}
