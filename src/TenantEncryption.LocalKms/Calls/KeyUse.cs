using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Calls;

/// <summary>
/// How an operation names a key: which identifiers it takes, and which action it needs (API reference, each operation). Whether it takes the keys
/// of other accounts is the action's affair.
/// </summary>
/// <param name="Aliases">Whether it takes alias names and alias ARNs.</param>
/// <param name="Action">The action without <c>kms:</c>, where it is not the operation's name.</param>
internal sealed record KeyUse(bool Aliases, string? Action = null)
{
    /// <summary>Cryptographic operations and DescribeKey.</summary>
    public static readonly KeyUse Any = new(Aliases: true);

    /// <summary>Administration: key ids and key ARNs.</summary>
    public static readonly KeyUse ByKeyId = new(Aliases: false);

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
