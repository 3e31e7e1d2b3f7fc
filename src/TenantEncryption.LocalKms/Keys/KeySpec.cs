namespace TenantEncryption.LocalKms.Keys;

/// <summary>A key spec of CreateKey, with the usages and algorithms that AWS documents for it.</summary>
/// <param name="Name">The name in the API, such as <c>SYMMETRIC_DEFAULT</c>.</param>
/// <param name="Usages">The key usages it may have.</param>
/// <param name="EncryptionAlgorithms">What ENCRYPT_DECRYPT keys of it can do.</param>
/// <param name="SigningAlgorithms">What SIGN_VERIFY keys of it can do.</param>
/// <param name="MacAlgorithms">What GENERATE_VERIFY_MAC keys of it can do.</param>
internal sealed record KeySpec(
    string Name,
    string[] Usages,
    string[] EncryptionAlgorithms,
    string[] SigningAlgorithms,
    string[] MacAlgorithms)
{
    public const string EncryptDecrypt = "ENCRYPT_DECRYPT";
    public const string SignVerify = "SIGN_VERIFY";
    public const string GenerateVerifyMac = "GENERATE_VERIFY_MAC";
    public const string KeyAgreement = "KEY_AGREEMENT";

    public static readonly KeySpec Symmetric = new("SYMMETRIC_DEFAULT", [EncryptDecrypt], ["SYMMETRIC_DEFAULT"], [], []);

    private static readonly Dictionary<string, KeySpec> ByName = BuildTable().ToDictionary(spec => spec.Name, StringComparer.Ordinal);

    public bool IsSymmetricEncryption => ReferenceEquals(this, Symmetric);

    public static IReadOnlyCollection<string> Names => ByName.Keys;

    public static KeySpec? Find(string name) => ByName.GetValueOrDefault(name);

    private static IEnumerable<KeySpec> BuildTable()
    {
        yield return Symmetric;
        string[] rsaEncryption = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"];
        string[] rsaSigning =
        [
            "RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PKCS1_V1_5_SHA_384", "RSASSA_PKCS1_V1_5_SHA_512",
            "RSASSA_PSS_SHA_256", "RSASSA_PSS_SHA_384", "RSASSA_PSS_SHA_512",
        ];
        foreach (int bits in new[] { 2048, 3072, 4096 })
        {
            yield return new($"RSA_{bits}", [EncryptDecrypt, SignVerify], rsaEncryption, rsaSigning, []);
        }

        yield return new("ECC_NIST_P256", [SignVerify, KeyAgreement], [], ["ECDSA_SHA_256"], []);
        yield return new("ECC_NIST_P384", [SignVerify, KeyAgreement], [], ["ECDSA_SHA_384"], []);
        yield return new("ECC_NIST_P521", [SignVerify, KeyAgreement], [], ["ECDSA_SHA_512"], []);
        yield return new("ECC_SECG_P256K1", [SignVerify], [], ["ECDSA_SHA_256"], []);
        foreach (int bits in new[] { 224, 256, 384, 512 })
        {
            yield return new($"HMAC_{bits}", [GenerateVerifyMac], [], [], [$"HMAC_SHA_{bits}"]);
        }
    }
}
