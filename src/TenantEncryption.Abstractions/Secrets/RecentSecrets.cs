using System.Runtime.CompilerServices;

namespace TenantEncryption.Keys;

/// <summary>
/// The secrets whose spans a thread took last. A span of memory outside the collector's heap does not keep its owner alive: without this, a secret that nobody refers to
/// any more could be zeroed, and its memory be another's, while a key is still derived from its span. A span never leaves its thread, and none of ours is used while
/// eight others are.
/// </summary>
internal struct RecentSecrets
{
    private const int Count = 8; // A power of two.

    private Places _places;
    private int _next;

    /// <summary>Keeps a secret from being collected until the thread took the spans of eight others.</summary>
    public void Keep(SecretBytes secret) => _places[_next++ & (Count - 1)] = secret;

    [InlineArray(Count)]
    private struct Places
    {
        private SecretBytes? _first;
    }
}
