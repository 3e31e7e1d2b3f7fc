namespace TenantEncryption.Keys.Sources;

/// <summary>A fresh share of a key source, in both forms. Disposing it zeroes the plaintext.</summary>
internal sealed class KeyShare : IDisposable
{
    /// <summary>The share, 32 bytes.</summary>
    public required SecretBytes Plaintext { get; init; }

    /// <summary>The same share as only the source opens it.</summary>
    public required byte[] Sealed { get; init; }

    /// <summary>Whether the source was asked to open the sealed form, so that it needs no further proof.</summary>
    public bool IsProven { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Plaintext.Dispose();
}
