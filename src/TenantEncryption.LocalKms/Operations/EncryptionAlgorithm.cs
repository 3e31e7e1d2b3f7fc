using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>The encryption algorithm of a request, which must be one of the key's. Asymmetric keys exist here only to be refused.</summary>
internal static class EncryptionAlgorithm
{
    public const string Symmetric = "SYMMETRIC_DEFAULT";

    public static void Check(RequestFields request, string member, KmsKey key)
    {
        string algorithm = request.OneOf(member, Symmetric, [Symmetric, "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]);
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
