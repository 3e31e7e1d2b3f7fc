using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Testing;

namespace TenantEncryption.Aws.Tests;

/// <summary>The keyring of one master key, against a KMS that compares key and context.</summary>
public sealed class KmsKeyringTests
{
    private static readonly EncryptionContext Context = new(new Dictionary<string, string> { ["purpose"] = "test" });

    [Fact]
    public async Task It_reads_what_was_written_with_it_and_asks_KMS_once_each_way()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        var keyring = new KmsKeyring(local.Kms, local.Connection, local.KeyArn);

        using MessageMaterials materials = await keyring.GenerateAsync(Context);
        byte[] message = new MessageWriter().Write("hello"u8, materials);
        OpenedValue opened = await new MessageReader().ReadValueAsync(message, keyring);

        Assert.Equal("hello"u8, opened.Plaintext);
        Assert.Equal([("GenerateDataKey", local.KeyArn), ("Decrypt", local.KeyArn)], local.Calls);
    }

    [Fact]
    public async Task A_data_key_of_another_master_key_is_not_asked_about()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        using MessageMaterials materials = await new KmsKeyring(local.Kms, local.Connection, local.KeyArn).GenerateAsync(Context);
        byte[] message = new MessageWriter().Write("hello"u8, materials);
        var other = new KmsKeyring(local.Kms, local.Connection, await local.CreateKeyAsync());

        await Refusal.IsAsync(ErrorCodes.WrongKey, async () => await new MessageReader().ReadValueAsync(message, other));

        Assert.Equal([("GenerateDataKey", local.KeyArn)], local.Calls);
    }

    [Theory]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:alias/tenants")]
    [InlineData("alias/tenants")]
    [InlineData("1234abcd-12ab-34cd-56ef-1234567890ab")]
    public void What_may_name_another_key_tomorrow_is_refused(string keyId)
    {
        using AwsKms kms = LocalKmsSession.Client("local");

        Refusal.Is(ErrorCodes.InvalidInput, () => _ = new KmsKeyring(kms, new KmsConnection(), keyId));
    }
}
