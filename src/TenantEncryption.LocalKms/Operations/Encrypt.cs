using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class Encrypt : IOperation
{
    public string Name => "Encrypt";

    public bool Changes => false;

    public const int MaximumPlaintext = 4096;

    public void Run(OperationCall call)
    {
        byte[] plaintext = call.Request.RequiredBytes("Plaintext", MaximumPlaintext);
        IReadOnlyDictionary<string, string> context = call.EncryptionContext();
        string algorithm = EncryptionAlgorithm.Read(call, "EncryptionAlgorithm");
        KmsKey key = call.Key(KeyUse.Any, encryptionContext: context);
        EncryptionAlgorithm.Require(key, algorithm, Name);
        call.EndDryRun();
        call.Used(key);

        call.Answer.WriteBase64String("CiphertextBlob", Ciphertext.Seal(key, plaintext, context));
        call.Answer.WriteString("KeyId", key.Arn);
        call.Answer.WriteString("EncryptionAlgorithm", algorithm);
    }
}
