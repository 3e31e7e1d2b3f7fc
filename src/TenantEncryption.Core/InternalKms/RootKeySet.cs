using System.Buffers.Binary;
using TenantEncryption.Errors;

namespace TenantEncryption.Keys.Root;

/// <summary>
/// The root keys of one store, current one first. There is more than one only while the root is being rotated.
/// Serialized as <c>"TERK" ‖ version 1 ‖ count ‖ (number, 32-bit big-endian ‖ id 16 bytes ‖ key 32 bytes)…</c>
/// </summary>
internal sealed class RootKeySet : IDisposable
{
    private const int HeaderLength = 6;
    private const int IdLength = 16;
    private const int EntryLength = 4 + IdLength + RootKey.MaterialLength;

    /// <summary>Makes a set that owns its keys.</summary>
    /// <param name="keys">One to eight keys, current one first.</param>
    public RootKeySet(params RootKey[] keys)
    {
        ArgumentOutOfRangeException.ThrowIfZero(keys.Length);
        Keys = keys;
    }

    /// <summary>All keys, current one first.</summary>
    public IReadOnlyList<RootKey> Keys { get; }

    /// <summary>The key that seals.</summary>
    public RootKey Current => Keys[0];

    /// <summary>Whether the root is being rotated: the one before is still at hand.</summary>
    public bool IsRotating => Keys.Any(key => key.Number < Current.Number);

    /// <summary>What a store says of its root keys: the id of the current one, and whether there is another beside it.</summary>
    public string Mark => IsRotating ? RotatingMarkOf(Current.Id) : Current.Id;

    /// <summary>What a store says of its root keys while one is replacing the one before.</summary>
    /// <param name="id">The id of the one that replaces.</param>
    public static string RotatingMarkOf(string id) => id + ":rotating";

    /// <summary>The key of a number, or <see langword="null"/>.</summary>
    /// <param name="number">The number.</param>
    /// <returns>The key; this set owns it.</returns>
    public RootKey? Find(int number) => Keys.FirstOrDefault(key => key.Number == number);

    /// <summary>The key of an id, or <see langword="null"/>.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The key; this set owns it.</returns>
    public RootKey? Find(string id) => Keys.FirstOrDefault(key => key.Id == id);

    private static ReadOnlySpan<byte> Magic => "TERK"u8;

    /// <summary>The root keys of a new store.</summary>
    public static RootKeySet Create() => new(RootKey.Create());

    /// <summary>Reads the serialized form.</summary>
    /// <param name="bytes">The bytes; the caller zeroes them.</param>
    /// <returns>The set.</returns>
    /// <exception cref="TenantEncryptionException"><c>ROOT_KEY_MISMATCH</c>: these are not root keys.</exception>
    public static RootKeySet Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength || !bytes.StartsWith(Magic) || bytes[4] != 1
            || bytes[5] is 0 or > 8 || bytes.Length != HeaderLength + (bytes[5] * EntryLength))
        {
            throw new TenantEncryptionException(ErrorCodes.RootKeyMismatch, "What is stored as the root key is not one.");
        }

        var keys = new RootKey[bytes[5]];
        for (int i = 0; i < keys.Length; i++)
        {
            ReadOnlySpan<byte> entry = bytes.Slice(HeaderLength + (i * EntryLength), EntryLength);
            keys[i] = new RootKey(
                BinaryPrimitives.ReadInt32BigEndian(entry), Convert.ToHexStringLower(entry.Slice(4, IdLength)), new SecretBytes(entry[(4 + IdLength)..]));
        }

        return new RootKeySet(keys);
    }

    /// <summary>The serialized form.</summary>
    /// <returns>Key material; the caller disposes it.</returns>
    public SecretBytes Serialize()
    {
        var bytes = new SecretBytes(HeaderLength + (Keys.Count * EntryLength));
        Magic.CopyTo(bytes.Span);
        bytes.Span[4] = 1;
        bytes.Span[5] = (byte)Keys.Count;
        for (int i = 0; i < Keys.Count; i++)
        {
            Span<byte> entry = bytes.Span.Slice(HeaderLength + (i * EntryLength), EntryLength);
            BinaryPrimitives.WriteInt32BigEndian(entry, Keys[i].Number);
            Convert.FromHexString(Keys[i].Id).CopyTo(entry[4..]);
            Keys[i].Material.Span.CopyTo(entry[(4 + IdLength)..]);
        }

        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RootKey key in Keys)
        {
            key.Dispose();
        }
    }
}
