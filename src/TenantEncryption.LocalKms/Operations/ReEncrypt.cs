using System.Security.Cryptography;
using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class ReEncrypt : IOperation
{
    public string Name => "ReEncrypt";

    public bool Changes => false;

    private static readonly KeyUse From = KeyUse.Any with { Action = "ReEncryptFrom" };
    private static readonly KeyUse To = KeyUse.Any with { Action = "ReEncryptTo" };

    public void Run(OperationCall call)
    {
        byte[]? blob = CiphertextSource.ReadBlob(call, Decrypt.MaximumCiphertext);
        IReadOnlyDictionary<string, string> sourceContext = call.EncryptionContext("SourceEncryptionContext");
        IReadOnlyDictionary<string, string> destinationContext = call.EncryptionContext("DestinationEncryptionContext");
        string sourceAlgorithm = EncryptionAlgorithm.Read(call, "SourceEncryptionAlgorithm");
        KmsKey destination = KeyReference.Resolve(call, call.Request.RequiredText("DestinationKeyId"), To);
        var source = CiphertextSource.Resolve(call, blob, "SourceKeyId", From, sourceContext, destination);

        string destinationAlgorithm = EncryptionAlgorithm.Read(call, "DestinationEncryptionAlgorithm");
        call.ForgetEncryptionContextConditions();
        call.Allow(destination, To, destinationContext);
        EncryptionAlgorithm.Require(source.Key, sourceAlgorithm, Name);
        EncryptionAlgorithm.Require(destination, destinationAlgorithm, Name);
        byte[] plaintext = source.Open(sourceContext);
        call.EndDryRun();
        call.Used(source.Key);
        call.Used(destination);

        call.Answer.WriteBase64String("CiphertextBlob", Ciphertext.Seal(destination, plaintext, destinationContext));
        call.Answer.WriteString("SourceKeyId", source.Key.Arn);
        call.Answer.WriteString("KeyId", destination.Arn);
        call.Answer.WriteString("SourceEncryptionAlgorithm", sourceAlgorithm);
        call.Answer.WriteString("DestinationEncryptionAlgorithm", destinationAlgorithm);
        call.Answer.WriteString("SourceKeyMaterialId", source.MaterialId);
        call.Answer.WriteString("DestinationKeyMaterialId", destination.CurrentMaterial.Id);
        CryptographicOperations.ZeroMemory(plaintext);
    }
}
