namespace TenantEncryption.Envelope;

/// <summary>AES-GCM of the platform (NIST SP 800-38D), through <see cref="System.Security.Cryptography.AesGcm"/>.</summary>
internal sealed class AesGcmFactory : IAeadFactory
{
    private AesGcmFactory()
    {
    }

    /// <summary>The one instance.</summary>
    public static AesGcmFactory Instance { get; } = new();

    /// <inheritdoc/>
    public IAead Create(ReadOnlySpan<byte> key) => new AesGcmAead(key);
}
