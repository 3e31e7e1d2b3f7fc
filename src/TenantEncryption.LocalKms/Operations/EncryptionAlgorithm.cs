using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>The encryption algorithm of a request, which must be one of the key's. Asymmetric keys exist here only to be refused.</summary>
internal static class EncryptionAlgorithm
{
    public const string Symmetric = "SYMMETRIC_DEFAULT";

    private static readonly string[] All = [Symmetric, "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"];

    /// <summary>Reads the algorithm and sets its condition key.</summary>
    public static string Read(OperationCall call, string member)
    {
        string algorithm = call.Request.OneOf(member, Symmetric, All);
        call.Conditions.Set("kms:EncryptionAlgorithm", algorithm);
        return algorithm;
    }

    public static void Require(KmsKey key, string algorithm, string operation)
    {
        KeyUse.RequireEncryption(key, operation);
        if (!key.Spec.EncryptionAlgorithms.Contains(algorithm))
        {
            throw KmsErrors.InvalidKeyUsage($"Algorithm {algorithm} and key spec {key.SpecName} are incompatible.");
        }

        if (!key.Spec.IsSymmetricEncryption)
        {
            throw KmsErrors.Unsupported("This endpoint does not encrypt with asymmetric keys.");
        }
    }
}
