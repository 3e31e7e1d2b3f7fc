using System.Collections.Concurrent;
using TenantEncryption.Envelope;

namespace TenantEncryption.Testing;

/// <summary>Counts encryptions and remembers each pair of key and IV, and each secret of a key's length under each key: a data key that is wrapped.</summary>
internal sealed class WatchedAeadFactory : IAeadFactory
{
    private const int KeyLength = 32;

    private readonly ConcurrentDictionary<string, int> _pairs = new();
    private readonly ConcurrentDictionary<string, int> _secrets = new();

    public int Encryptions => _pairs.Values.Sum();

    public IEnumerable<string> Reused => _pairs.Concat(_secrets).Where(pair => pair.Value > 1).Select(pair => pair.Key);

    /// <summary>The keys that encrypted.</summary>
    public IEnumerable<string> Keys => _pairs.Keys.Select(pair => pair.Split(':')[0]).Distinct();

    public IAead Create(ReadOnlySpan<byte> key) => new Watched(this, Convert.ToHexString(key), AesGcmFactory.Instance.Create(key));

    private sealed class Watched(WatchedAeadFactory factory, string key, IAead inner) : IAead
    {
        public void Encrypt(
            ReadOnlySpan<byte> nonce,
            ReadOnlySpan<byte> plaintext,
            Span<byte> ciphertext,
            Span<byte> tag,
            ReadOnlySpan<byte> associatedData)
        {
            factory._pairs.AddOrUpdate($"{key}:{Convert.ToHexString(nonce)}", 1, (_, count) => count + 1);
            if (plaintext.Length == KeyLength)
            {
                factory._secrets.AddOrUpdate($"{key} wraps {Convert.ToHexString(plaintext)}", 1, (_, count) => count + 1);
            }

            inner.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);
        }

        public bool TryDecrypt(
            ReadOnlySpan<byte> nonce,
            ReadOnlySpan<byte> ciphertext,
            ReadOnlySpan<byte> tag,
            Span<byte> plaintext,
            ReadOnlySpan<byte> associatedData) => inner.TryDecrypt(nonce, ciphertext, tag, plaintext, associatedData);

        public void Dispose() => inner.Dispose();
    }
}
