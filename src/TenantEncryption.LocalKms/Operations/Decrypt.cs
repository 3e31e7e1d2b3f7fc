using TenantEncryption.LocalKms.Calls;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class Decrypt : IOperation
{
    public string Name => "Decrypt";

    public bool Changes => false;

    public const int MaximumCiphertext = 6144;

    public void Run(OperationCall call)
    {
        byte[]? blob = CiphertextSource.ReadBlob(call, MaximumCiphertext);
        IReadOnlyDictionary<string, string> context = call.EncryptionContext();
        string algorithm = EncryptionAlgorithm.Read(call, "EncryptionAlgorithm");
        var source = CiphertextSource.Resolve(call, blob, "KeyId", KeyUse.Any, context);
        EncryptionAlgorithm.Require(source.Key, algorithm, Name);
        byte[] plaintext = source.Open(context);
        call.EndDryRun();
        call.Used(source.Key);

        call.Answer.WriteBase64String("Plaintext", plaintext);
        call.Answer.WriteString("KeyId", source.Key.Arn);
        call.Answer.WriteString("EncryptionAlgorithm", algorithm);
        call.Answer.WriteString("KeyMaterialId", source.MaterialId);
    }
}
