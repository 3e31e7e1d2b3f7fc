using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;

namespace TenantEncryption.Keys.Sources;

/// <summary>A provider's master key in AWS KMS as a key source: shares are data keys that KMS makes.</summary>
/// <param name="kms">How KMS is asked.</param>
/// <param name="provider">The provider.</param>
/// <param name="operation">How KMS makes a share, as the platform's grants permit it.</param>
internal sealed class AwsKeySource(IKmsChannel kms, KeyProvider provider, ShareOperation operation) : IKeySource
{
    /// <inheritdoc/>
    public string KeyArn => provider.KeyArn!;

    /// <inheritdoc/>
    public async Task<KeyShare> MakeAsync(IReadOnlyDictionary<string, string> context, CancellationToken cancellationToken)
    {
        if (operation == ShareOperation.GenerateDataKeyWithoutPlaintext)
        {
            // KMS gives the sealed form alone, and is asked to open it.
            KmsCiphertext made = await kms.GenerateDataKeyWithoutPlaintextAsync(provider.Connection, KeyArn, context, cancellationToken).ConfigureAwait(false);
            SecretBytes opened = await OpenAsync(made.CiphertextBlob, context, cancellationToken).ConfigureAwait(false);
            return new KeyShare { Plaintext = opened, Sealed = made.CiphertextBlob, IsProven = true };
        }

        KmsDataKey key = await kms.GenerateDataKeyAsync(provider.Connection, KeyArn, context, cancellationToken).ConfigureAwait(false);
        return new KeyShare { Plaintext = Whole(key.Plaintext), Sealed = key.CiphertextBlob };
    }

    /// <inheritdoc/>
    public async Task<SecretBytes> OpenAsync(byte[] sealedShare, IReadOnlyDictionary<string, string> context, CancellationToken cancellationToken)
    {
        KmsPlaintext opened = await kms.DecryptAsync(provider.Connection, KeyArn, sealedShare, context, cancellationToken).ConfigureAwait(false);
        return Whole(opened.Plaintext);
    }

    // A KMS that answers with an empty or short key would make the wrapping key guessable.
    private SecretBytes Whole(SecretBytes share)
    {
        if (share.Length == KeyRecordCipher.KeyLength)
        {
            return share;
        }

        share.Dispose();
        throw new TenantEncryptionException(ErrorCodes.Unknown, $"KMS answered with a share of {share.Length} bytes instead of {KeyRecordCipher.KeyLength}.")
        {
            KeyArn = provider.KeyArn,
        };
    }
}
