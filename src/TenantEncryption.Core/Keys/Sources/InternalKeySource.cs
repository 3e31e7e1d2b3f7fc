using TenantEncryption.Keys.Root;

namespace TenantEncryption.Keys.Sources;

/// <summary>The internal KMS as a key source.</summary>
internal sealed class InternalKeySource(InternalKms internalKms) : IKeySource
{
    /// <inheritdoc/>
    public string KeyArn => InternalKms.KeyArn;

    /// <inheritdoc/>
    public async Task<KeyShare> MakeAsync(IReadOnlyDictionary<string, string> context, CancellationToken cancellationToken)
    {
        var plaintext = SecretBytes.Random(KeyRecordCipher.KeyLength);
        return new KeyShare { Plaintext = plaintext, Sealed = await internalKms.SealAsync(plaintext, context, cancellationToken).ConfigureAwait(false) };
    }

    /// <inheritdoc/>
    public Task<SecretBytes> OpenAsync(byte[] sealedShare, IReadOnlyDictionary<string, string> context, CancellationToken cancellationToken) =>
        internalKms.OpenAsync(sealedShare, context, cancellationToken);
}
