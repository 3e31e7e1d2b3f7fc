using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using TenantEncryption.LocalKms.Tests.Support;
using KeyState = TenantEncryption.LocalKms.Keys.KeyState;

namespace TenantEncryption.LocalKms.Tests.Operations;

/// <summary>The key state table of the AWS KMS Developer Guide ("Key states of AWS KMS keys"): every operation in every state.</summary>
public sealed class KeyStateTableTests : IAsyncLifetime
{
    private const string Ok = "ok";
    private const string Disabled = "DisabledException";
    private const string Invalid = "KMSInvalidStateException";
    private const string Unsupported = "UnsupportedOperationException";

    private static readonly KeyState[] States =
    [
        KeyState.Enabled, KeyState.Disabled, KeyState.PendingDeletion, KeyState.PendingReplicaDeletion,
        KeyState.PendingImport, KeyState.Unavailable, KeyState.Creating, KeyState.Updating,
    ];

    // One row for each operation, one column for each state above.
    private static readonly Dictionary<string, string[]> Table = new()
    {
        ["CancelKeyDeletion"] = [Invalid, Invalid, Ok, Ok, Invalid, Invalid, Invalid, Invalid],
        ["CreateAlias"] = [Ok, Ok, Invalid, Invalid, Ok, Ok, Ok, Ok],
        ["CreateGrant"] = [Ok, Disabled, Invalid, Invalid, Invalid, Ok, Invalid, Ok],
        ["Decrypt"] = [Ok, Disabled, Invalid, Invalid, Invalid, Invalid, Invalid, Ok],
        ["DeleteAlias"] = [Ok, Ok, Ok, Ok, Ok, Ok, Ok, Ok],
        ["DescribeKey"] = [Ok, Ok, Ok, Ok, Ok, Ok, Ok, Ok],
        ["DisableKey"] = [Ok, Ok, Invalid, Invalid, Invalid, Ok, Invalid, Invalid],
        ["DisableKeyRotation"] = [Ok, Disabled, Invalid, Invalid, Unsupported, Unsupported, Invalid, Ok],
        ["EnableKey"] = [Ok, Ok, Invalid, Invalid, Invalid, Ok, Invalid, Invalid],
        ["EnableKeyRotation"] = [Ok, Disabled, Invalid, Invalid, Unsupported, Unsupported, Invalid, Ok],
        ["Encrypt"] = [Ok, Disabled, Invalid, Invalid, Invalid, Invalid, Invalid, Ok],
        ["GenerateDataKey"] = [Ok, Disabled, Invalid, Invalid, Invalid, Invalid, Invalid, Ok],
        ["GenerateDataKeyWithoutPlaintext"] = [Ok, Disabled, Invalid, Invalid, Invalid, Invalid, Invalid, Ok],
        ["GetKeyLastUsage"] = [Ok, Ok, Ok, Ok, Ok, Ok, Ok, Ok],
        ["GetKeyPolicy"] = [Ok, Ok, Ok, Ok, Ok, Ok, Ok, Ok],
        ["GetKeyRotationStatus"] = [Ok, Ok, Ok, Ok, Unsupported, Unsupported, Ok, Ok],
        ["ListAliases"] = [Ok, Ok, Ok, Ok, Ok, Ok, Ok, Ok],
        ["ListGrants"] = [Ok, Ok, Ok, Ok, Ok, Ok, Ok, Ok],
        ["ListKeyPolicies"] = [Ok, Ok, Ok, Ok, Ok, Ok, Ok, Ok],
        ["ListKeyRotations"] = [Ok, Ok, Ok, Ok, Unsupported, Unsupported, Ok, Ok],
        ["ListResourceTags"] = [Ok, Ok, Ok, Ok, Ok, Ok, Ok, Ok],
        ["PutKeyPolicy"] = [Ok, Ok, Ok, Ok, Ok, Ok, Ok, Ok],
        ["ReEncrypt"] = [Ok, Disabled, Invalid, Invalid, Invalid, Invalid, Invalid, Ok],
        ["ReplicateKey"] = [Ok, Disabled, Invalid, Invalid, Invalid, Invalid, Invalid, Invalid],
        ["RetireGrant"] = [Ok, Ok, Ok, Ok, Ok, Ok, Ok, Ok],
        ["RevokeGrant"] = [Ok, Ok, Ok, Ok, Ok, Ok, Ok, Ok],
        ["RotateKeyOnDemand"] = [Ok, Disabled, Invalid, Invalid, Unsupported, Unsupported, Invalid, Ok],
        ["ScheduleKeyDeletion"] = [Ok, Ok, Invalid, Invalid, Ok, Ok, Ok, Invalid],
        ["TagResource"] = [Ok, Ok, Invalid, Invalid, Ok, Ok, Ok, Ok],
        ["UntagResource"] = [Ok, Ok, Invalid, Invalid, Ok, Ok, Ok, Ok],
        ["UpdateAlias"] = [Ok, Ok, Invalid, Invalid, Ok, Ok, Ok, Ok],
        ["UpdateKeyDescription"] = [Ok, Ok, Invalid, Invalid, Ok, Ok, Ok, Ok],
        ["UpdatePrimaryRegion"] = [Ok, Disabled, Invalid, Invalid, Invalid, Invalid, Invalid, Ok],
    };

    private LocalKmsServer _server = null!;
    private AmazonKeyManagementServiceClient _kms = null!;
    private AmazonKeyManagementServiceClient _otherRegion = null!;

    public static TheoryData<string, string, string> Cells()
    {
        var data = new TheoryData<string, string, string>();
        foreach ((string operation, string[] row) in Table)
        {
            for (int column = 0; column < States.Length; column++)
            {
                data.Add(operation, States[column].ToString(), row[column]);
            }
        }

        return data;
    }

    public async Task InitializeAsync()
    {
        _server = await LocalKmsServer.StartAsync(new LocalKmsOptions());
        _kms = _server.Create();
        _otherRegion = _server.Create("us-east-1");
    }

    public async Task DisposeAsync()
    {
        _kms.Dispose();
        _otherRegion.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task An_operation_in_a_state_has_the_documented_outcome(string operation, string state, string expected)
    {
        KeyAtHand key = await MakeKeyAsync();
        _server.SetKeyState(key.Arn, Enum.Parse<KeyState>(state));
        Assert.Equal(expected, await OutcomeAsync(() => CallAsync(operation, key)));
    }

    [Fact]
    public void The_table_has_every_operation_that_uses_a_key()
    {
        string[] withoutKey = ["CreateKey", "GenerateRandom", "ListKeys", "ListRetirableGrants"];
        Assert.Equal(
            LocalKms.Operations.OperationCatalog.All.Keys.Except(withoutKey).Order(StringComparer.Ordinal),
            Table.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("EnableKey", "Unavailable")]
    [InlineData("DisableKey", "Unavailable")]
    public async Task An_unavailable_key_stays_unavailable(string operation, string state)
    {
        KeyAtHand key = await MakeKeyAsync();
        _server.SetKeyState(key.Arn, Enum.Parse<KeyState>(state));
        await CallAsync(operation, key);
        Assert.Equal(state, (await _kms.DescribeKeyAsync(key.Arn)).KeyMetadata.KeyState.Value);
    }

    private static async Task<string> OutcomeAsync(Func<Task> call)
    {
        try
        {
            await call();
            return Ok;
        }
        catch (AmazonKeyManagementServiceException e)
        {
            return e.ErrorCode;
        }
    }

    private async Task<KeyAtHand> MakeKeyAsync()
    {
        string arn = (await _kms.CreateKeyAsync(new CreateKeyRequest { MultiRegion = true })).KeyMetadata.Arn;
        string alias = $"alias/{Guid.NewGuid()}";
        await _kms.CreateAliasAsync(alias, arn);
        await _kms.ReplicateKeyAsync(new ReplicateKeyRequest { KeyId = arn, ReplicaRegion = "us-east-1" });
        await _otherRegion.DescribeKeyAsync(arn[(arn.LastIndexOf('/') + 1)..]);
        EncryptResponse sealedValue = await _kms.EncryptAsync(new EncryptRequest { KeyId = arn, Plaintext = new MemoryStream([1]) });
        CreateGrantResponse grant = await _kms.CreateGrantAsync(new CreateGrantRequest
        {
            KeyId = arn,
            GranteePrincipal = "arn:aws:iam::111122223333:user/grantee",
            Operations = ["Decrypt"],
        });
        return new KeyAtHand(arn, alias, grant.GrantId, sealedValue.CiphertextBlob);
    }

    private Task CallAsync(string operation, KeyAtHand key) => operation switch
    {
        "CancelKeyDeletion" => _kms.CancelKeyDeletionAsync(key.Arn),
        "CreateAlias" => _kms.CreateAliasAsync($"alias/{Guid.NewGuid()}", key.Arn),
        "CreateGrant" => _kms.CreateGrantAsync(new CreateGrantRequest { KeyId = key.Arn, GranteePrincipal = "arn:aws:iam::111122223333:user/b", Operations = ["Decrypt"] }),
        "Decrypt" => _kms.DecryptAsync(new DecryptRequest { CiphertextBlob = key.Ciphertext }),
        "DeleteAlias" => _kms.DeleteAliasAsync(key.Alias),
        "DescribeKey" => _kms.DescribeKeyAsync(key.Arn),
        "DisableKey" => _kms.DisableKeyAsync(key.Arn),
        "DisableKeyRotation" => _kms.DisableKeyRotationAsync(key.Arn),
        "EnableKey" => _kms.EnableKeyAsync(key.Arn),
        "EnableKeyRotation" => _kms.EnableKeyRotationAsync(new EnableKeyRotationRequest { KeyId = key.Arn }),
        "Encrypt" => _kms.EncryptAsync(new EncryptRequest { KeyId = key.Arn, Plaintext = new MemoryStream([1]) }),
        "GenerateDataKey" => _kms.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyId = key.Arn, KeySpec = DataKeySpec.AES_256 }),
        "GenerateDataKeyWithoutPlaintext" => _kms.GenerateDataKeyWithoutPlaintextAsync(new GenerateDataKeyWithoutPlaintextRequest { KeyId = key.Arn, KeySpec = DataKeySpec.AES_256 }),
        "GetKeyLastUsage" => _kms.GetKeyLastUsageAsync(new GetKeyLastUsageRequest { KeyId = key.Arn }),
        "GetKeyPolicy" => _kms.GetKeyPolicyAsync(key.Arn, "default"),
        "GetKeyRotationStatus" => _kms.GetKeyRotationStatusAsync(key.Arn),
        "ListAliases" => _kms.ListAliasesAsync(new ListAliasesRequest { KeyId = key.Arn }),
        "ListGrants" => _kms.ListGrantsAsync(new ListGrantsRequest { KeyId = key.Arn }),
        "ListKeyPolicies" => _kms.ListKeyPoliciesAsync(new ListKeyPoliciesRequest { KeyId = key.Arn }),
        "ListKeyRotations" => _kms.ListKeyRotationsAsync(new ListKeyRotationsRequest { KeyId = key.Arn }),
        "ListResourceTags" => _kms.ListResourceTagsAsync(new ListResourceTagsRequest { KeyId = key.Arn }),
        "PutKeyPolicy" => PutSamePolicyAsync(key.Arn),
        "ReEncrypt" => _kms.ReEncryptAsync(new ReEncryptRequest { CiphertextBlob = key.Ciphertext, DestinationKeyId = key.Arn }),
        "ReplicateKey" => _kms.ReplicateKeyAsync(new ReplicateKeyRequest { KeyId = key.Arn, ReplicaRegion = "eu-west-3" }),
        "RetireGrant" => _kms.RetireGrantAsync(new RetireGrantRequest { KeyId = key.Arn, GrantId = key.GrantId }),
        "RevokeGrant" => _kms.RevokeGrantAsync(new RevokeGrantRequest { KeyId = key.Arn, GrantId = key.GrantId }),
        "RotateKeyOnDemand" => _kms.RotateKeyOnDemandAsync(new RotateKeyOnDemandRequest { KeyId = key.Arn }),
        "ScheduleKeyDeletion" => _kms.ScheduleKeyDeletionAsync(key.Arn, 7),
        "TagResource" => _kms.TagResourceAsync(new TagResourceRequest { KeyId = key.Arn, Tags = [new Tag { TagKey = "a", TagValue = "b" }] }),
        "UntagResource" => _kms.UntagResourceAsync(new UntagResourceRequest { KeyId = key.Arn, TagKeys = ["a"] }),
        "UpdateAlias" => _kms.UpdateAliasAsync(key.Alias, key.Arn),
        "UpdateKeyDescription" => _kms.UpdateKeyDescriptionAsync(key.Arn, "new"),
        "UpdatePrimaryRegion" => _kms.UpdatePrimaryRegionAsync(new UpdatePrimaryRegionRequest { KeyId = key.Arn, PrimaryRegion = "us-east-1" }),
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "No such row."),
    };

    private async Task PutSamePolicyAsync(string arn)
    {
        GetKeyPolicyResponse policy = await _kms.GetKeyPolicyAsync(arn, "default");
        await _kms.PutKeyPolicyAsync(arn, policy.Policy, "default");
    }

    private sealed record KeyAtHand(string Arn, string Alias, string GrantId, MemoryStream Ciphertext);
}
