using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>What a key must be for cryptographic use.</summary>
internal static class KeyUse
{
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
