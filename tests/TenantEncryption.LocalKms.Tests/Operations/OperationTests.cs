using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using TenantEncryption.LocalKms.Tests.Support;

namespace TenantEncryption.LocalKms.Tests.Operations;

public sealed class OperationTests : ServerTest
{
    [Fact]
    public async Task Lists_come_in_pages_that_neither_repeat_nor_omit()
    {
        var made = new HashSet<string>();
        for (int i = 0; i < 7; i++)
        {
            made.Add(await NewKeyAsync());
        }

        var listed = new List<string>();
        var request = new ListKeysRequest { Limit = 3 };
        ListKeysResponse page;
        do
        {
            page = await Kms.ListKeysAsync(request);
            Assert.True(page.Keys.Count <= 3);
            listed.AddRange(page.Keys.Select(key => key.KeyArn));
            request.Marker = page.NextMarker;
        }
        while (page.Truncated == true);
        Assert.Equal(made.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_ciphertext_of_another_key_is_IncorrectKey_and_a_mangled_one_is_InvalidCiphertext()
    {
        string key = await NewKeyAsync(), other = await NewKeyAsync();
        EncryptResponse made = await Kms.EncryptAsync(new EncryptRequest { KeyId = key, Plaintext = new MemoryStream([1]) });
        await RefusedAsync("IncorrectKeyException", () => Kms.DecryptAsync(new DecryptRequest { CiphertextBlob = made.CiphertextBlob, KeyId = other }));
        byte[] blob = made.CiphertextBlob.ToArray();
        for (int i = 0; i < blob.Length; i++)
        {
            byte[] mangled = [.. blob];
            mangled[i] ^= 1;
            AmazonKeyManagementServiceException refused = await Assert.ThrowsAnyAsync<AmazonKeyManagementServiceException>(
                () => Kms.DecryptAsync(new DecryptRequest { CiphertextBlob = new MemoryStream(mangled) }));
            Assert.True(refused.ErrorCode is "InvalidCiphertextException" or "AccessDeniedException", $"byte {i}: {refused.ErrorCode}");
        }
    }

    [Fact]
    public async Task ReEncrypt_moves_a_ciphertext_to_another_key_and_context()
    {
        string key = await NewKeyAsync(), other = await NewKeyAsync();
        EncryptResponse made = await Kms.EncryptAsync(new EncryptRequest { KeyId = key, Plaintext = new MemoryStream([5]), EncryptionContext = new() { ["a"] = "b" } });
        ReEncryptResponse moved = await Kms.ReEncryptAsync(new ReEncryptRequest
        {
            CiphertextBlob = made.CiphertextBlob,
            SourceEncryptionContext = new() { ["a"] = "b" },
            DestinationKeyId = other,
            DestinationEncryptionContext = new() { ["c"] = "d" },
        });
        Assert.Equal((key, other), (moved.SourceKeyId, moved.KeyId));
        DecryptResponse opened = await Kms.DecryptAsync(new DecryptRequest { CiphertextBlob = moved.CiphertextBlob, EncryptionContext = new() { ["c"] = "d" } });
        Assert.Equal([5], opened.Plaintext.ToArray());
    }

    [Theory]
    [InlineData("RSA_2048", "ENCRYPT_DECRYPT")]
    [InlineData("RSA_4096", "SIGN_VERIFY")]
    [InlineData("ECC_NIST_P256", "SIGN_VERIFY")]
    [InlineData("HMAC_256", "GENERATE_VERIFY_MAC")]
    public async Task A_key_of_another_spec_exists_and_is_refused_for_data_keys(string spec, string usage)
    {
        KeyMetadata key = (await Kms.CreateKeyAsync(new CreateKeyRequest { KeySpec = spec, KeyUsage = usage })).KeyMetadata;
        Assert.Equal((spec, usage, KeyState.Enabled), (key.KeySpec.Value, key.KeyUsage.Value, key.KeyState));
        await RefusedAsync("InvalidKeyUsageException", () => Kms.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyId = key.Arn, KeySpec = DataKeySpec.AES_256 }));
        await RefusedAsync("UnsupportedOperationException", () => Kms.EnableKeyRotationAsync(new EnableKeyRotationRequest { KeyId = key.Arn }));
    }

    [Fact]
    public async Task A_key_for_imported_material_waits_for_it()
    {
        KeyMetadata key = (await Kms.CreateKeyAsync(new CreateKeyRequest { Origin = OriginType.EXTERNAL })).KeyMetadata;
        Assert.Equal(KeyState.PendingImport, key.KeyState);
        await RefusedAsync("KMSInvalidStateException", () => Kms.EncryptAsync(new EncryptRequest { KeyId = key.Arn, Plaintext = new MemoryStream([1]) }));
    }

    [Fact]
    public async Task A_deleted_key_takes_its_aliases_along()
    {
        string key = await NewKeyAsync();
        await Kms.CreateAliasAsync("alias/gone", key);
        await Kms.ScheduleKeyDeletionAsync(key, 7);
        Server.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1));
        await Kms.DescribeKeyAsync(key);
        Server.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal($"Key '{key}' does not exist", (await RefusedAsync("NotFoundException", () => Kms.DescribeKeyAsync(key))).Message);
        await RefusedAsync("NotFoundException", () => Kms.DescribeKeyAsync("alias/gone"));
    }

    [Theory]
    [InlineData("alias/aws/mine", "NotAuthorizedException")]
    [InlineData("mine", "ValidationException")]
    [InlineData("alias/a b", "ValidationException")]
    public async Task An_alias_name_that_AWS_does_not_take_is_refused(string name, string error)
    {
        string key = await NewKeyAsync();
        await RefusedAsync(error, () => Kms.CreateAliasAsync(name, key));
    }

    [Fact]
    public async Task Administration_takes_no_alias()
    {
        string key = await NewKeyAsync();
        await Kms.CreateAliasAsync("alias/x", key);
        await RefusedAsync("NotFoundException", () => Kms.DisableKeyAsync("alias/x"));
        await RefusedAsync("AlreadyExistsException", () => Kms.CreateAliasAsync("alias/x", key));
    }

    [Fact]
    public async Task Tags_are_kept_once_each()
    {
        string key = await NewKeyAsync();
        await RefusedAsync("TagException", () => Kms.TagResourceAsync(new TagResourceRequest
        {
            KeyId = key,
            Tags = [new Tag { TagKey = "a", TagValue = "1" }, new Tag { TagKey = "a", TagValue = "2" }],
        }));
        await Kms.TagResourceAsync(new TagResourceRequest { KeyId = key, Tags = [new Tag { TagKey = "a", TagValue = "1" }, new Tag { TagKey = "b", TagValue = "2" }] });
        await Kms.UntagResourceAsync(new UntagResourceRequest { KeyId = key, TagKeys = ["a"] });
        Assert.Equal(["b"], (await Kms.ListResourceTagsAsync(new ListResourceTagsRequest { KeyId = key })).Tags.Select(tag => tag.TagKey));
    }

    [Fact]
    public async Task GenerateDataKey_takes_a_spec_or_a_number_of_bytes()
    {
        string key = await NewKeyAsync();
        await RefusedAsync("ValidationException", () => Kms.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyId = key }));
        await RefusedAsync("ValidationException", () => Kms.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyId = key, KeySpec = DataKeySpec.AES_256, NumberOfBytes = 32 }));
        Assert.Equal(16, (await Kms.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyId = key, KeySpec = DataKeySpec.AES_128 })).Plaintext.Length);
    }

    [Fact]
    public async Task A_call_leaves_a_CloudTrail_record()
    {
        string key = await NewKeyAsync();
        GenerateDataKeyResponse made = await Kms.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyId = key, KeySpec = DataKeySpec.AES_256, EncryptionContext = new() { ["TenantId"] = "a" } });
        using var record = System.Text.Json.JsonDocument.Parse(Server.LatestEvents(1)[0]);
        System.Text.Json.JsonElement root = record.RootElement;
        Assert.Equal("GenerateDataKey", root.GetProperty("eventName").GetString());
        Assert.Equal(made.ResponseMetadata.RequestId, root.GetProperty("requestID").GetString());
        Assert.Equal("a", root.GetProperty("requestParameters").GetProperty("encryptionContext").GetProperty("TenantId").GetString());
        Assert.Equal(key, root.GetProperty("resources")[0].GetProperty("ARN").GetString());
        Assert.Equal(("Root", Root), (root.GetProperty("userIdentity").GetProperty("type").GetString(), root.GetProperty("userIdentity").GetProperty("arn").GetString()));
        Assert.DoesNotContain(Convert.ToBase64String(made.Plaintext.ToArray()), root.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Random_bytes_have_the_length_that_was_asked_for_and_differ()
    {
        byte[] one = (await Kms.GenerateRandomAsync(new GenerateRandomRequest { NumberOfBytes = 32 })).Plaintext.ToArray();
        byte[] other = (await Kms.GenerateRandomAsync(new GenerateRandomRequest { NumberOfBytes = 32 })).Plaintext.ToArray();
        Assert.Equal((32, 32), (one.Length, other.Length));
        Assert.NotEqual(one, other);
    }

    [Fact]
    public async Task The_grants_that_a_principal_may_retire_are_listed_for_it_alone()
    {
        const string Retiring = "arn:aws:iam::111122223333:role/retires";
        string key = await NewKeyAsync();
        CreateGrantResponse grant = await Kms.CreateGrantAsync(new CreateGrantRequest
        {
            KeyId = key,
            GranteePrincipal = "arn:aws:iam::111122223333:role/uses",
            RetiringPrincipal = Retiring,
            Operations = ["Decrypt"],
        });

        ListRetirableGrantsResponse its = await Kms.ListRetirableGrantsAsync(new ListRetirableGrantsRequest { RetiringPrincipal = Retiring });
        ListRetirableGrantsResponse others = await Kms.ListRetirableGrantsAsync(
            new ListRetirableGrantsRequest { RetiringPrincipal = "arn:aws:iam::111122223333:role/other" });

        Assert.Equal(grant.GrantId, Assert.Single(its.Grants).GrantId);
        Assert.Empty(others.Grants ?? []);
    }
}
