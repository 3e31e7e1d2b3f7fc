using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>
/// How an operation uses a key: which identifiers it takes, whose keys, and which action it needs (API reference, each operation).
/// </summary>
/// <param name="Aliases">Whether it takes alias names and alias ARNs.</param>
/// <param name="CrossAccount">"Cross-account use: Yes".</param>
/// <param name="Action">The action without <c>kms:</c>, where it is not the operation's name.</param>
internal sealed record KeyUse(bool Aliases, bool CrossAccount, string? Action = null)
{
    /// <summary>Cryptographic operations and DescribeKey.</summary>
    public static readonly KeyUse Any = new(Aliases: true, CrossAccount: true);

    /// <summary>Administration: key ids and key ARNs of the caller's own account.</summary>
    public static readonly KeyUse Own = new(Aliases: false, CrossAccount: false);

    /// <summary>Grants and rotation status: key ids and key ARNs of any account.</summary>
    public static readonly KeyUse ByKeyId = new(Aliases: false, CrossAccount: true);

    /// <summary>Refuses keys that do not encrypt.</summary>
    public static void RequireEncryption(KmsKey key, string operation)
    {
        if (key.Usage != KeySpec.EncryptDecrypt)
        {
            throw KmsErrors.InvalidKeyUsage($"{key.Arn} key usage is {key.Usage} which is not valid for {operation}.");
        }
    }

    /// <summary>Refuses keys that are not symmetric, for operations on data keys.</summary>
    public static void RequireSymmetric(KmsKey key, string operation)
    {
        RequireEncryption(key, operation);
        if (!key.Spec.IsSymmetricEncryption)
        {
            throw KmsErrors.InvalidKeyUsage($"{key.Arn} key spec is {key.SpecName} which is not valid for {operation}.");
        }
    }
}
