using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Core.Tests.Aws;

/// <summary>The keyring of one master key, against a KMS that compares key and context.</summary>
public sealed class KmsKeyringTests
{
    private static readonly EncryptionContext Context = new(new Dictionary<string, string> { ["purpose"] = "test" });

    [Fact]
    public async Task It_reads_what_was_written_with_it_and_asks_KMS_once_each_way()
    {
        (WatchedKms kms, KmsConnection connection, string keyArn) = await StartAsync();
        var keyring = new KmsKeyring(kms, connection, keyArn);

        using MessageMaterials materials = await keyring.GenerateAsync(Context);
        byte[] message = new MessageWriter().Write("hello"u8, materials);
        OpenedValue opened = await new MessageReader().ReadValueAsync(message, keyring);

        Assert.Equal("hello"u8, opened.Plaintext);
        Assert.Equal([("GenerateDataKey", keyArn), ("Decrypt", keyArn)], kms.Calls);
    }

    [Fact]
    public async Task A_data_key_of_another_master_key_is_not_asked_about()
    {
        (WatchedKms kms, KmsConnection connection, string keyArn) = await StartAsync();
        using MessageMaterials materials = await new KmsKeyring(kms, connection, keyArn).GenerateAsync(Context);
        byte[] message = new MessageWriter().Write("hello"u8, materials);
        kms.Forget();
        var other = new KmsKeyring(kms, connection, keyArn[..^1] + (keyArn[^1] == '0' ? '1' : '0'));

        await Refusal.IsAsync(ErrorCodes.WrongKey, async () => await new MessageReader().ReadValueAsync(message, other));

        Assert.Empty(kms.Calls);
    }

    [Theory]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:alias/tenants")]
    [InlineData("alias/tenants")]
    [InlineData("1234abcd-12ab-34cd-56ef-1234567890ab")]
    public async Task What_may_name_another_key_tomorrow_is_refused(string keyId)
    {
        (WatchedKms kms, KmsConnection connection, _) = await StartAsync();

        Refusal.Is(ErrorCodes.InvalidInput, () => _ = new KmsKeyring(kms, connection, keyId));
    }

    private static async Task<(WatchedKms Kms, KmsConnection Connection, string KeyArn)> StartAsync()
    {
        SharedKms keys = await SharedKms.GetAsync();
        return (new WatchedKms(SharedKms.Client()), new KmsConnection { EndpointUrl = keys.Url }, await keys.CreateKeyAsync());
    }
}
