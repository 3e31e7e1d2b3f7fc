using System.Net;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using TenantEncryption.LocalKms.Tests.Support;

namespace TenantEncryption.LocalKms.Tests.Protocol;

public sealed class FirstCallsTests : IAsyncLifetime
{
    private LocalKmsServer _server = null!;
    private AmazonKeyManagementServiceClient _kms = null!;
    private string _key = null!;

    public async Task InitializeAsync()
    {
        _server = await LocalKmsServer.StartAsync(new LocalKmsOptions());
        _kms = _server.Create();
        _key = (await _kms.CreateKeyAsync(new CreateKeyRequest { Description = "first" })).KeyMetadata.Arn;
    }

    public async Task DisposeAsync()
    {
        _kms.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_new_key_is_symmetric_enabled_and_of_the_region_of_the_signature()
    {
        KeyMetadata key = (await _kms.DescribeKeyAsync(_key)).KeyMetadata;
        Assert.Equal("arn:aws:kms:eu-west-1:111122223333:key/" + key.KeyId, key.Arn);
        Assert.Equal((KeyState.Enabled, KeySpec.SYMMETRIC_DEFAULT, KeyUsageType.ENCRYPT_DECRYPT), (key.KeyState, key.KeySpec, key.KeyUsage));
        Assert.Equal("first", key.Description);
    }

    [Fact]
    public async Task A_data_key_opens_with_its_context_only()
    {
        GenerateDataKeyResponse made = await _kms.GenerateDataKeyAsync(new GenerateDataKeyRequest
        {
            KeyId = _key,
            KeySpec = DataKeySpec.AES_256,
            EncryptionContext = new() { ["a"] = "bc" },
        });
        DecryptResponse opened = await _kms.DecryptAsync(new DecryptRequest
        {
            CiphertextBlob = made.CiphertextBlob,
            EncryptionContext = new() { ["a"] = "bc" },
        });
        Assert.Equal(made.Plaintext.ToArray(), opened.Plaintext.ToArray());
        Assert.Equal(32, opened.Plaintext.Length);
        Assert.Equal(_key, opened.KeyId);

        await Assert.ThrowsAsync<InvalidCiphertextException>(() => _kms.DecryptAsync(new DecryptRequest
        {
            CiphertextBlob = made.CiphertextBlob,
            EncryptionContext = new() { ["ab"] = "c" },
        }));
    }

    [Fact]
    public async Task An_alias_names_the_key_and_a_disabled_key_refuses()
    {
        await _kms.CreateAliasAsync("alias/tenant", _key);
        EncryptResponse sealedValue = await _kms.EncryptAsync(new EncryptRequest { KeyId = "alias/tenant", Plaintext = new MemoryStream([1, 2, 3]) });
        await _kms.DisableKeyAsync(_key);
        DisabledException refused = await Assert.ThrowsAsync<DisabledException>(
            () => _kms.DecryptAsync(new DecryptRequest { CiphertextBlob = sealedValue.CiphertextBlob }));
        Assert.Equal($"{_key} is disabled.", refused.Message);
        await _kms.EnableKeyAsync(_key);
        Assert.Equal([1, 2, 3], (await _kms.DecryptAsync(new DecryptRequest { CiphertextBlob = sealedValue.CiphertextBlob })).Plaintext.ToArray());
    }

    [Fact]
    public async Task A_data_key_without_plaintext_decrypts_to_its_size()
    {
        GenerateDataKeyWithoutPlaintextResponse made = await _kms.GenerateDataKeyWithoutPlaintextAsync(
            new GenerateDataKeyWithoutPlaintextRequest { KeyId = _key, NumberOfBytes = 64 });
        Assert.Equal(64, (await _kms.DecryptAsync(new DecryptRequest { CiphertextBlob = made.CiphertextBlob, KeyId = _key })).Plaintext.Length);
    }

    [Fact]
    public async Task A_key_scheduled_for_deletion_refuses_every_use()
    {
        ScheduleKeyDeletionResponse scheduled = await _kms.ScheduleKeyDeletionAsync(_key, 7);
        Assert.Equal(KeyState.PendingDeletion, scheduled.KeyState);
        await Assert.ThrowsAsync<KMSInvalidStateException>(
            () => _kms.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyId = _key, KeySpec = DataKeySpec.AES_256 }));
    }

    [Theory]
    [InlineData("nobody", "local", "UnrecognizedClientException")]
    [InlineData("local", "wrong", "InvalidSignatureException")]
    public async Task Credentials_that_are_not_known_are_refused(string accessKey, string secret, string error)
    {
        using AmazonKeyManagementServiceClient stranger = _server.Create(accessKey: accessKey, secret: secret);
        AmazonKeyManagementServiceException refused =
            await Assert.ThrowsAsync<AmazonKeyManagementServiceException>(() => stranger.DescribeKeyAsync(_key));
        Assert.Equal(error, refused.ErrorCode);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.NotEmpty(refused.RequestId);
    }
}
