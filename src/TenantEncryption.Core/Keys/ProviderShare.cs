namespace TenantEncryption.Keys;

/// <summary>A fresh 32-byte share of a provider, in both forms. Disposing it zeroes the plaintext.</summary>
internal sealed class ProviderShare(SecretBytes plaintext, byte[] sealedForm) : IDisposable
{
    /// <summary>32 bytes.</summary>
    public SecretBytes Plaintext => plaintext;

    /// <summary>The same share as only the provider opens it.</summary>
    public byte[] Sealed => sealedForm;

    /// <inheritdoc/>
    public void Dispose() => plaintext.Dispose();
}
