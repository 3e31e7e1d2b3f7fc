using System.Security.Cryptography;
using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class GenerateRandom : IOperation
{
    public string Name => "GenerateRandom";

    public bool Changes => false;

    public void Run(OperationCall call)
    {
        int size = call.Request.Number("NumberOfBytes", minimum: 1, maximum: 1024)
            ?? throw KmsErrors.Validation("NumberOfBytes is required.");
        call.AllowInAccount();
        call.Answer.WriteBase64String("Plaintext", RandomNumberGenerator.GetBytes(size));
    }
}
