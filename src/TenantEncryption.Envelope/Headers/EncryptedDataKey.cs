using System.Text;
using TenantEncryption.Errors;

namespace TenantEncryption.Envelope;

/// <summary>The data key of a message as one key provider wrapped it (framework/structures.md, <c>Encrypted Data Key</c>).</summary>
public sealed class EncryptedDataKey
{
    /// <summary>The provider id of the SDK's AWS KMS keyring.</summary>
    public const string AwsKmsProviderId = "aws-kms";

    /// <summary>Makes an encrypted data key. It keeps references to the memory, which nobody may change afterwards.</summary>
    /// <param name="providerId">Who wrapped it, such as <c>aws-kms</c>: at most 65,535 bytes of UTF-8.</param>
    /// <param name="providerInfo">Which key wrapped it, in the provider's own terms: at most 65,535 bytes.</param>
    /// <param name="ciphertext">The wrapped data key: at most 65,535 bytes.</param>
    /// <exception cref="TenantEncryptionException">LIMIT_EXCEEDED: a part is longer than its two-byte length field can say.</exception>
    public EncryptedDataKey(string providerId, ReadOnlyMemory<byte> providerInfo, ReadOnlyMemory<byte> ciphertext)
    {
        ArgumentNullException.ThrowIfNull(providerId);
        if (Encoding.UTF8.GetByteCount(providerId) > ushort.MaxValue
            || providerInfo.Length > ushort.MaxValue
            || ciphertext.Length > ushort.MaxValue)
        {
            throw new TenantEncryptionException(
                ErrorCodes.LimitExceeded, "A part of an encrypted data key is longer than 65,535 bytes.");
        }

        ProviderId = providerId;
        ProviderInfo = providerInfo;
        Ciphertext = ciphertext;
    }

    /// <summary>Who wrapped it: <c>aws-kms</c>, or the key namespace of a raw keyring.</summary>
    public string ProviderId { get; }

    /// <summary>Which key wrapped it, in the provider's own terms: for <c>aws-kms</c> the key ARN in UTF-8.</summary>
    public ReadOnlyMemory<byte> ProviderInfo { get; }

    /// <summary>The wrapped data key.</summary>
    public ReadOnlyMemory<byte> Ciphertext { get; }

    /// <summary>The length in the header, in bytes.</summary>
    internal int SerializedLength => 6 + Encoding.UTF8.GetByteCount(ProviderId) + ProviderInfo.Length + Ciphertext.Length;
}
