namespace TenantEncryption.Keys;

/// <summary>
/// A fresh share of a provider, in both forms; with the internal KMS's when the provider has a second layer. Disposing it zeroes the plaintext.
/// </summary>
internal sealed class ProviderShare : IDisposable
{
    /// <summary>The provider's own share, 32 bytes.</summary>
    public required SecretBytes Plaintext { get; init; }

    /// <summary>The same share as only the provider opens it.</summary>
    public required byte[] Sealed { get; init; }

    /// <summary>Whether the provider was asked to open the sealed form, so that it needs no further proof.</summary>
    public bool IsProven { get; init; }

    /// <summary>The internal KMS's share of a second layer, 32 bytes.</summary>
    public SecretBytes? Internal { get; init; }

    /// <summary>The same share as only the internal KMS opens it; empty without a second layer.</summary>
    public byte[] SealedInternal { get; init; } = [];

    /// <inheritdoc/>
    public void Dispose()
    {
        Plaintext.Dispose();
        Internal?.Dispose();
    }
}
