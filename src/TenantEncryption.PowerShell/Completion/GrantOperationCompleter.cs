namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the operations that a grant on a symmetric encryption key can permit (AWS KMS Developer Guide, "Grant operations").</summary>
public sealed class GrantOperationCompleter : Completer
{
    private static readonly Candidate[] Operations =
    [
        new("CreateGrant", "Make grants that permit no more"),
        new("Decrypt", "Open what was sealed under the key"),
        new("DescribeKey", "Look at the key"),
        new("Encrypt", "Seal up to 4,096 bytes"),
        new("GenerateDataKey", "Make a data key, in both forms"),
        new("GenerateDataKeyPair", "Make a key pair, in both forms"),
        new("GenerateDataKeyPairWithoutPlaintext", "Make a key pair, its private key as ciphertext alone"),
        new("GenerateDataKeyWithoutPlaintext", "Make a data key, as ciphertext alone"),
        new("ReEncryptFrom", "Move a ciphertext away from the key"),
        new("ReEncryptTo", "Move a ciphertext to the key"),
        new("RetireGrant", "Give the grant back"),
    ];

    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) => Operations;
}
