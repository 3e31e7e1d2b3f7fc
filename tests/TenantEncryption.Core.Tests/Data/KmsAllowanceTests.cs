using System.Security.Cryptography;
using System.Text;
using TenantEncryption.Data;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>Anyone may have written a message; it must not have KMS called at the tenant's cost as often as its writer likes.</summary>
public sealed class KmsAllowanceTests
{
    private static readonly EncryptionContext Context = new([new("TenantId", "acme")]);

    [Theory]
    [InlineData(KeyHierarchy.Direct)]
    [InlineData(KeyHierarchy.Hierarchical)]
    public async Task Thirty_two_data_keys_of_the_tenants_master_key_cause_three_calls(KeyHierarchy hierarchy)
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(hierarchy: hierarchy);
        await using TestService owned = service;
        byte[] message = Message([.. Enumerable.Range(0, 32).Select(_ => OfKms(cmk, RandomNumberGenerator.GetBytes(184)))]);

        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.ReadValueAsync(message));

        Assert.Equal((ErrorCodes.LimitExceeded, 3), (refusal.Code, service.Kms.CountOf("Decrypt")));
        Assert.DoesNotContain("raise", refusal.Remedy, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_third_that_is_asked_still_opens_the_message_whatever_strangers_keys_stand_between()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(hierarchy: KeyHierarchy.Direct);
        await using TestService owned = service;
        var made = await service.Keys.Administrator.GenerateDataKeyAsync(new()
        {
            KeyId = cmk.KeyArn,
            KeySpec = "AES_256",
            EncryptionContext = new Dictionary<string, string>(Context),
        });
        EncryptedDataKey[] strangers = [.. Enumerable.Range(0, 5).Select(_ => new EncryptedDataKey("stranger", "key"u8.ToArray(), new byte[40]))];
        EncryptedDataKey[] failing = [OfKms(cmk, RandomNumberGenerator.GetBytes(184)), OfKms(cmk, RandomNumberGenerator.GetBytes(184))];

        byte[] message = Message([.. strangers, .. failing, .. strangers, OfKms(cmk, made.CiphertextBlob.ToArray())], made.Plaintext.ToArray());

        Assert.Equal([1], await service.ReadValueAsync(message));
        Assert.Equal(3, service.Kms.CountOf("Decrypt"));
    }

    [Fact]
    public async Task Thirty_two_data_keys_under_the_tenants_own_key_cause_three_calls_where_no_lease_holds_it()
    {
        (TestService service, _) = await TestService.WithCmkAsync(keyLease: TimeSpan.Zero);
        await using TestService owned = service;
        string kek = TenantDataProtector.ReadHeader(await service.ProtectValueAsync([1])).KekId!;
        byte[] message = Message(
            [.. Enumerable.Range(0, 32).Select(_ => RawAesKeyWrap.Wrap(new byte[32], RawAesKeyWrap.TenantEncryptionProviderId, kek, new byte[32], Context))]);
        service.Kms.Forget();

        Assert.Equal(ErrorCodes.LimitExceeded, await service.CodeOfReadingAsync(message));
        Assert.Equal(3, service.Kms.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    public async Task Regions_that_give_no_answer_count_too_and_their_silence_is_what_is_said(int keys)
    {
        await using TestService service = await TestService.WithTenantAsync(hierarchy: KeyHierarchy.Direct);
        string arn = await service.Keys.CreateMultiRegionKeyAsync("eu-central-1", "us-east-1", "us-west-2");
        KeyProvider cmk = await service.RegisterAsync("CMK", keyIdentifier: arn);
        cmk = await service.Service.Providers.EnableAsync(cmk.Id);
        Assert.Equal(3, cmk.ReplicaKeys.Count);
        byte[] message = Message([.. Enumerable.Range(0, keys).Select(_ => OfKms(cmk, RandomNumberGenerator.GetBytes(184)))]);
        service.Kms.Before = (_, _) => throw new TenantEncryptionException(ErrorCodes.KmsUnreachable);

        // The second time home is known to be silent, and is left for the last.
        for (int time = 0; time < 2; time++)
        {
            service.Kms.Forget();
            Assert.Equal(ErrorCodes.KmsUnreachable, await service.CodeOfReadingAsync(message));
            Assert.Equal(3, service.Kms.Count);
        }
    }

    private static EncryptedDataKey OfKms(KeyProvider provider, byte[] ciphertext) =>
        new(EncryptedDataKey.AwsKmsProviderId, Encoding.UTF8.GetBytes(provider.KeyArn!), ciphertext);

    private static byte[] Message(EncryptedDataKey[] keys, byte[]? dataKey = null)
    {
        using var materials = new MessageMaterials(dataKey is null ? SecretBytes.Random(32) : new SecretBytes(dataKey), keys, Context);
        return new MessageWriter().Write([1], materials);
    }
}
