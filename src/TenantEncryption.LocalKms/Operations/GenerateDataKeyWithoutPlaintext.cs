using System.Security.Cryptography;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class GenerateDataKeyWithoutPlaintext : IOperation
{
    public string Name => "GenerateDataKeyWithoutPlaintext";

    public bool Changes => false;

    public void Run(OperationCall call)
    {
        KmsKey key = call.Key(aliases: true);
        int size = DataKeySize.Required(call.Request);
        KeyStateTable.Check(this, key);
        KeyUse.RequireSymmetric(key, Name);

        Span<byte> dataKey = stackalloc byte[size];
        RandomNumberGenerator.Fill(dataKey);
        call.Answer.WriteBase64String("CiphertextBlob", Ciphertext.Seal(key, dataKey, call.EncryptionContext));
        call.Answer.WriteString("KeyId", key.Arn);
        call.Answer.WriteString("KeyMaterialId", key.CurrentMaterial.Id);
        CryptographicOperations.ZeroMemory(dataKey);
    }
}
