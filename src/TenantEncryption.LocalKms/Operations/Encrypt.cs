using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class Encrypt : IOperation
{
    public const int MaximumPlaintext = 4096;

    public string Name => "Encrypt";

    public bool Changes => false;

    public void Run(OperationCall call)
    {
        KmsKey key = call.Key(aliases: true);
        byte[] plaintext = call.Request.RequiredBytes("Plaintext", MaximumPlaintext);
        KeyStateTable.Check(this, key);
        KeyUse.RequireEncryption(key, Name);
        EncryptionAlgorithm.Check(call.Request, "EncryptionAlgorithm", key);
        call.Answer.WriteBase64String("CiphertextBlob", Ciphertext.Seal(key, plaintext, call.EncryptionContext));
        call.Answer.WriteString("KeyId", key.Arn);
        call.Answer.WriteString("EncryptionAlgorithm", EncryptionAlgorithm.Symmetric);
    }
}
