using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TenantEncryption.Envelope;
using TenantEncryption.Keys;

namespace TenantEncryption.Samples;

/// <summary>
/// Opens messages whose data key was wrapped for a certificate, as the SDKs' raw RSA keyring wraps it with OAEP, SHA-256 and MGF1: its key
/// namespace is the provider id, its key name the provider info.
/// </summary>
public sealed class CertificateKeyring : IKeyring, IDisposable
{
    private readonly RSA _privateKey;
    private readonly string _keyNamespace;
    private readonly byte[] _keyName;
    private readonly Lock _gate = new();

    public CertificateKeyring(X509Certificate2 certificate, string keyNamespace, string keyName)
    {
        _privateKey = certificate.GetRSAPrivateKey() ?? throw new ArgumentException("The certificate has no RSA private key.", nameof(certificate));
        (_keyNamespace, _keyName) = (keyNamespace, Encoding.UTF8.GetBytes(keyName));
    }

    public ValueTask<SecretBytes?> UnwrapAsync(
        EncryptedDataKey encryptedDataKey, MessageHeader header, EncryptionContext context, CancellationToken cancellationToken)
    {
        // Anyone may have written the header. What is not for this key is passed over before anything is done.
        bool isOurs = encryptedDataKey.ProviderId == _keyNamespace && encryptedDataKey.ProviderInfo.Span.SequenceEqual(_keyName);
        return ValueTask.FromResult(isOurs ? Unwrap(encryptedDataKey.Ciphertext.Span) : null);
    }

    public void Dispose() => _privateKey.Dispose();

    private SecretBytes? Unwrap(ReadOnlySpan<byte> ciphertext)
    {
        using var padded = new SecretBytes(_privateKey.KeySize / 8);
        try
        {
            // Several files are read at once, and an RSA object is for one thread at a time.
            lock (_gate)
            {
                return _privateKey.TryDecrypt(ciphertext, padded.Span, RSAEncryptionPadding.OaepSHA256, out int length)
                    ? new SecretBytes(padded.Span[..length])
                    : null;
            }
        }
        catch (CryptographicException)
        {
            // A key in software fails so only when the bytes were not wrapped for it: the next one is tried. The provider of an HSM tells its
            // own failures apart; let those out, so that they are not taken for a wrong key.
            return null;
        }
    }
}
