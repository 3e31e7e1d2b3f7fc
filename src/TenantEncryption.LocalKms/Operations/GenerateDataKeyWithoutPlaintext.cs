using System.Security.Cryptography;
using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class GenerateDataKeyWithoutPlaintext : IOperation
{
    public string Name => "GenerateDataKeyWithoutPlaintext";

    public bool Changes => false;

    public void Run(OperationCall call)
    {
        int size = DataKeySize.Required(call.Request);
        IReadOnlyDictionary<string, string> context = call.EncryptionContext();
        call.Conditions.Set("kms:EncryptionAlgorithm", EncryptionAlgorithm.Symmetric);
        KmsKey key = call.Key(KeyUse.Any, encryptionContext: context);
        KeyUse.RequireSymmetric(key, Name);
        call.EndDryRun();
        call.Used(key);

        Span<byte> dataKey = stackalloc byte[size];
        RandomNumberGenerator.Fill(dataKey);
        call.Answer.WriteBase64String("CiphertextBlob", Ciphertext.Seal(key, dataKey, context));
        call.Answer.WriteString("KeyId", key.Arn);
        call.Answer.WriteString("KeyMaterialId", key.CurrentMaterial.Id);
        CryptographicOperations.ZeroMemory(dataKey);
    }
}
