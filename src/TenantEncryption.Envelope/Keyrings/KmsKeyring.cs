using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Kms;

namespace TenantEncryption.Envelope;

/// <summary>
/// A keyring of one master key in AWS KMS, strict as the AWS Encryption SDK's (framework/aws-kms/aws-kms-keyring.md): it unwraps the data keys that
/// name exactly this key, and asks KMS for nothing else.
/// </summary>
public sealed class KmsKeyring : IKeyring
{
    private readonly IKms _kms;
    private readonly KmsConnection _connection;
    private readonly byte[] _keyArn;

    /// <summary>Makes a keyring; nothing is called yet.</summary>
    /// <param name="kms">AWS KMS, which the caller owns.</param>
    /// <param name="connection">Where and as whom to call.</param>
    /// <param name="keyArn">The key's ARN, no alias.</param>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it is not a key ARN.</exception>
    public KmsKeyring(IKms kms, KmsConnection connection, string keyArn)
    {
        ArgumentNullException.ThrowIfNull(kms);
        ArgumentNullException.ThrowIfNull(connection);
        if (KeyIdentifier.Parse(keyArn).Form != KeyIdentifierForm.KeyArn)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{keyArn}' is not the ARN of a key.");
        }

        (_kms, _connection, KeyArn, _keyArn) = (kms, connection, keyArn, Encoding.UTF8.GetBytes(keyArn));
    }

    /// <summary>The key's ARN.</summary>
    public string KeyArn { get; }

    /// <summary>Has KMS make the data key of a new message (kms:GenerateDataKey).</summary>
    /// <param name="context">The message's encryption context, which KMS authenticates, too.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What one message is written with; the caller disposes it.</returns>
    /// <exception cref="TenantEncryptionException">What KMS answers.</exception>
    public async Task<MessageMaterials> GenerateAsync(EncryptionContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return MaterialsOf(await _kms.GenerateDataKeyAsync(_connection, KeyArn, context, cancellationToken).ConfigureAwait(false), context);
    }

    /// <summary>What one message is written with, of a data key that KMS made; the key is taken over.</summary>
    /// <exception cref="TenantEncryptionException"><c>UNKNOWN</c>: the data key is not 32 bytes long.</exception>
    internal static MessageMaterials MaterialsOf(KmsDataKey made, EncryptionContext context)
    {
        try
        {
            if (made.Plaintext.Length != AlgorithmSuite.Aes256GcmHkdfSha512CommitKey.KeyLength)
            {
                throw new TenantEncryptionException(ErrorCodes.Unknown, "KMS answered with a data key that is not 32 bytes long.") { KeyArn = made.KeyArn };
            }

            var wrapped = new EncryptedDataKey(EncryptedDataKey.AwsKmsProviderId, Encoding.UTF8.GetBytes(made.KeyArn), made.CiphertextBlob);
            return new MessageMaterials(made.Plaintext, [wrapped], context);
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<SecretBytes?> UnwrapAsync(
        EncryptedDataKey encryptedDataKey, MessageHeader header, EncryptionContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(encryptedDataKey);
        ArgumentNullException.ThrowIfNull(header);
        if (encryptedDataKey.ProviderId != EncryptedDataKey.AwsKmsProviderId || !encryptedDataKey.ProviderInfo.Span.SequenceEqual(_keyArn))
        {
            return null;
        }

        KmsPlaintext opened = await _kms.DecryptAsync(_connection, KeyArn, encryptedDataKey.Ciphertext, context, cancellationToken).ConfigureAwait(false);
        if (opened.Plaintext.Length == header.Suite.KeyLength)
        {
            return opened.Plaintext;
        }

        opened.Dispose();
        return null;
    }
}
