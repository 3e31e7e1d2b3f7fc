namespace TenantEncryption.Kms;

/// <summary>A call of KMS before it is made.</summary>
/// <typeparam name="T">What KMS answers.</typeparam>
/// <param name="Operation">Its name in CloudTrail, such as <c>Decrypt</c>.</param>
/// <param name="Connection">Where and as whom to call.</param>
/// <param name="KeyId">The key, in any form; <c>*</c> where the call has none.</param>
/// <param name="Send">Makes the call there, of that key.</param>
internal sealed record KmsRequest<T>(string Operation, KmsConnection Connection, string KeyId, Func<IKms, KmsConnection, string, Task<T>> Send)
    where T : IKmsAnswer
{
    /// <summary>The pairs of a call that uses the key: each related multi-Region key would answer it alike. <see langword="null"/> for calls about the key.</summary>
    public IReadOnlyDictionary<string, string>? EncryptionContext { get; init; }
}
