using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>The size that GenerateDataKey and GenerateDataKeyWithoutPlaintext are asked for.</summary>
internal static class DataKeySize
{
    private static readonly string[] Specs = ["AES_256", "AES_128"];

    /// <summary>The number of bytes, 1 to 1024. Exactly one of KeySpec and NumberOfBytes must be given.</summary>
    public static int Required(RequestFields request)
    {
        string? spec = request.Text("KeySpec");
        int? bytes = request.Number("NumberOfBytes", minimum: 1, maximum: 1024);
        return (spec, bytes) switch
        {
            ("AES_256", null) => 32,
            ("AES_128", null) => 16,
            (null, { } number) => number,
            (null, null) => throw KmsErrors.Validation("Please specify either number of bytes or key spec."),
            ({ } unknown, null) => throw KmsErrors.NotOneOf(unknown, "KeySpec", Specs),
            _ => throw KmsErrors.Validation("Please specify either number of bytes or key spec."),
        };
    }
}
