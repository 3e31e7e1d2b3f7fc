using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class Decrypt : IOperation
{
    public const int MaximumCiphertext = 6144;

    public string Name => "Decrypt";

    public bool Changes => false;

    public void Run(OperationCall call)
    {
        byte[] blob = call.Request.RequiredBytes("CiphertextBlob", MaximumCiphertext);
        (KmsKey key, Ciphertext ciphertext) = CiphertextSource.Resolve(call, blob, "KeyId");
        KeyStateTable.Check(this, key);
        KeyUse.RequireEncryption(key, Name);
        EncryptionAlgorithm.Check(call.Request, "EncryptionAlgorithm", key);
        byte[] plaintext = ciphertext.Open(key, call.EncryptionContext) ?? throw KmsErrors.InvalidCiphertext();
        call.Answer.WriteBase64String("Plaintext", plaintext);
        call.Answer.WriteString("KeyId", key.Arn);
        call.Answer.WriteString("EncryptionAlgorithm", EncryptionAlgorithm.Symmetric);
        call.Answer.WriteString("KeyMaterialId", ciphertext.MaterialId);
    }
}
