using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Envelope;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Recovery;

/// <summary>A key ring opens as docs/key-record.md says, written again from the page alone.</summary>
public sealed class RingRecipeTests
{
    [Fact]
    public async Task A_key_of_the_internal_kms_is_recovered_with_the_passphrase_alone()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1, 2, 3]);
        string path = await service.ExportAsync(RingScene.Right);

        JObject ring = Parse(path);
        (byte[] shareKey, byte[] macKey) = KeysOf(ring, RingScene.Right);
        KeyRecord record = RecordOf(ring["keys"]![0]!);
        byte[] kek = KeyRecipe.Open(record, OpenShare(shareKey, record.SealedShare, record));

        Assert.True(IsWhole(path, macKey));
        Assert.False(IsWhole(path, shareKey));
        using var keyring = new RawAesKeyring("tenant-encryption", record.KekId, kek);
        Assert.Equal([1, 2, 3], (await new MessageReader().ReadValueAsync(message, keyring)).Plaintext);
    }

    [Fact]
    public async Task A_key_under_two_layers_is_recovered_with_the_passphrase_and_the_master_key()
    {
        (TestService owned, KeyProvider both) = await TestService.WithSecondLayerAsync();
        await using TestService service = owned;
        byte[] message = await service.ProtectValueAsync([1, 2, 3]);

        JObject ring = Parse(await service.ExportAsync(RingScene.Right));
        (byte[] shareKey, byte[] _) = KeysOf(ring, RingScene.Right);
        KeyRecord record = RecordOf(ring["keys"]!.Single(key => (string?)key["keyArn"] == both.KeyArn));
        byte[] share = (await service.Keys.Administrator.DecryptAsync(new()
        {
            KeyId = record.KeyArn,
            CiphertextBlob = new MemoryStream(record.SealedShare),
            EncryptionContext = new Dictionary<string, string>(record.EncryptionContext),
        })).Plaintext.ToArray();
        byte[] kek = KeyRecipe.Open(record, [.. share, .. OpenShare(shareKey, record.SealedInternalShare, record)]);

        using var keyring = new RawAesKeyring("tenant-encryption", record.KekId, kek);
        Assert.Equal([1, 2, 3], (await new MessageReader().ReadValueAsync(message, keyring)).Plaintext);
        Assert.ThrowsAny<CryptographicException>(() => KeyRecipe.Open(record, share));
    }

    private static JObject Parse(string path)
    {
        using var reader = new JsonTextReader(new StringReader(File.ReadAllText(path))) { DateParseHandling = DateParseHandling.None };
        return JObject.Load(reader);
    }

    private static (byte[] ShareKey, byte[] MacKey) KeysOf(JObject ring, string passphrase)
    {
        JToken told = ring["passphrase"]!;
        byte[] p = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(passphrase), Convert.FromBase64String((string)told["salt"]!), (int)told["iterations"]!, HashAlgorithmName.SHA512, 32);
        return (
            KeyRecipe.Hkdf(p, [], "TenantEncryption key ring share v1"u8.ToArray(), 32),
            KeyRecipe.Hkdf(p, [], "TenantEncryption key ring MAC v1"u8.ToArray(), 32));
    }

    private static bool IsWhole(string path, byte[] macKey)
    {
        string text = File.ReadAllText(path);
        int line = text.LastIndexOf("  \"mac\": \"", StringComparison.Ordinal);
        string mac = text[line..].Split('"')[3];
        return Convert.ToBase64String(HMACSHA512.HashData(macKey, Encoding.UTF8.GetBytes(text[..line]))) == mac;
    }

    private static byte[] OpenShare(byte[] shareKey, byte[] sealedShare, KeyRecord record)
    {
        byte[] share = new byte[32];
        using var aes = new AesGcm(shareKey, 16);
        aes.Decrypt(sealedShare.AsSpan(0, 12), sealedShare.AsSpan(12, 32), sealedShare.AsSpan(44), share, KeyRecipe.Context(record.EncryptionContext));
        return share;
    }

    private static KeyRecord RecordOf(JToken key)
    {
        byte[] Bytes(string name) => Convert.FromBase64String((string)key[name]!);
        return new KeyRecord
        {
            KekId = (string)key["kekId"]!,
            TenantId = (string)key["tenantId"]!,
            ProviderId = (string)key["providerId"]!,
            KeyArn = (string)key["keyArn"]!,
            EncryptionContext = key["encryptionContext"]!.ToObject<Dictionary<string, string>>()!,
            SealedShare = Bytes("sealedShare"),
            SealedInternalShare = Bytes("sealedInternalShare"),
            Salt = Bytes("salt"),
            Iv = Bytes("iv"),
            SealedKek = Bytes("sealedKek"),
        };
    }
}
