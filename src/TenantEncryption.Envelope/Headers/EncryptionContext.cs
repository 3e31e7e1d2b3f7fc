using System.Buffers.Binary;
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using TenantEncryption.Errors;

namespace TenantEncryption.Envelope;

/// <summary>
/// The encryption context of a message: pairs of text that are authenticated and <b>public</b>. Immutable; the pairs are in the order
/// of their keys' UTF-8 bytes (framework/structures.md, <c>Encryption Context</c>), which differs from .NET's ordinal order beyond the BMP.
/// </summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "The name of the field.")]
public sealed class EncryptionContext : IReadOnlyDictionary<string, string>, IEquatable<EncryptionContext>
{
    /// <summary>The greatest length of a serialized context, in bytes: its length field has two.</summary>
    public const int MaxSerializedLength = ushort.MaxValue;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly KeyValuePair<string, string>[] _pairs;
    private readonly ReadOnlyMemory<byte> _serialized;

    /// <summary>Makes a context.</summary>
    /// <param name="pairs">Keys and values in any order: well-formed UTF-16, no key twice.</param>
    /// <exception cref="TenantEncryptionException">
    /// CONTEXT_MISMATCH: a key occurs twice, or a key or value holds a lone surrogate. LIMIT_EXCEEDED: the serialized form is
    /// longer than <see cref="MaxSerializedLength"/>.
    /// </exception>
    public EncryptionContext(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        _pairs = [.. pairs];
        Array.Sort(_pairs, static (left, right) => Utf8Order.Compare(left.Key, right.Key));
        for (var i = 1; i < _pairs.Length; i++)
        {
            if (string.Equals(_pairs[i - 1].Key, _pairs[i].Key, StringComparison.Ordinal))
            {
                throw new TenantEncryptionException(
                    ErrorCodes.ContextMismatch, $"The encryption context has the key '{_pairs[i].Key}' twice.");
            }
        }

        _serialized = SerializePairs(_pairs);
        HasReservedKey = FindReservedKey(_pairs);
    }

    private EncryptionContext(KeyValuePair<string, string>[] sortedPairs, ReadOnlyMemory<byte> serialized)
    {
        _pairs = sortedPairs;
        _serialized = serialized;
        HasReservedKey = FindReservedKey(_pairs);
    }

    /// <summary>The context without pairs. Its serialized form is empty.</summary>
    public static EncryptionContext Empty { get; } = new([], ReadOnlyMemory<byte>.Empty);

    /// <summary>
    /// The serialized form: a two-byte count, then for each pair the key and the value, each after its two-byte length;
    /// empty if there are no pairs. It is the AAD of a wrapped data key.
    /// </summary>
    public ReadOnlyMemory<byte> Serialized => _serialized;

    /// <inheritdoc/>
    public int Count => _pairs.Length;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _pairs.Select(static pair => pair.Key);

    /// <inheritdoc/>
    public IEnumerable<string> Values => _pairs.Select(static pair => pair.Value);

    /// <inheritdoc/>
    public string this[string key] =>
        TryGetValue(key, out string? value) ? value : throw new KeyNotFoundException($"The encryption context has no key '{key}'.");

    /// <summary>Whether a key begins with <c>aws-crypto-</c>, which the message format reserves (framework/structures.md).</summary>
    public bool HasReservedKey { get; }

    /// <summary>Reads a serialized context. The order of its pairs is not judged: the header's tag covers the bytes as they stand.</summary>
    /// <param name="serialized">The serialized form; empty for no pairs. The context keeps no reference to it.</param>
    /// <returns>The context.</returns>
    /// <exception cref="TenantEncryptionException">
    /// MESSAGE_ALTERED: the bytes are not a serialized context: a length does not fit, text is not UTF-8, a key occurs twice.
    /// </exception>
    public static EncryptionContext Parse(ReadOnlySpan<byte> serialized) =>
        serialized.IsEmpty ? Empty : ParseOwned(serialized.ToArray());

    /// <summary>This context with the pairs of another added.</summary>
    /// <param name="other">Pairs whose keys this context does not have.</param>
    /// <returns>The union.</returns>
    /// <exception cref="TenantEncryptionException">CONTEXT_MISMATCH: both have a key. LIMIT_EXCEEDED: the union is too long.</exception>
    public EncryptionContext With(EncryptionContext other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Count == 0 ? this : Count == 0 ? other : new EncryptionContext(_pairs.Concat(other._pairs));
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => TryGetValue(key, out _);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        int low = 0;
        int high = _pairs.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = Utf8Order.Compare(_pairs[middle].Key, key);
            if (order == 0)
            {
                value = _pairs[middle].Value;
                return true;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        value = null;
        return false;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)_pairs).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether another context has exactly the same pairs.</summary>
    /// <param name="other">The other context.</param>
    /// <returns><see langword="true"/> if it has.</returns>
    public bool Equals(EncryptionContext? other) => other is not null && _serialized.Span.SequenceEqual(other._serialized.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EncryptionContext);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(_serialized.Span);
        return hash.ToHashCode();
    }

    /// <summary>The pairs as text, for messages to people.</summary>
    /// <returns>Such as <c>TenantId=contoso, purpose=backup</c>.</returns>
    public override string ToString() => string.Join(", ", _pairs.Select(static pair => $"{pair.Key}={pair.Value}"));

    /// <summary>As <see cref="Parse"/>, keeping the bytes, which nobody may change afterwards.</summary>
    internal static EncryptionContext ParseOwned(ReadOnlyMemory<byte> serialized)
    {
        if (serialized.IsEmpty)
        {
            return Empty;
        }

        ReadOnlySpan<byte> rest = serialized.Span;
        int count = ReadLength(ref rest);
        // A pair takes four bytes at least, so a count that the bytes can't hold never becomes an allocation.
        if (count == 0 || count > rest.Length / 4)
        {
            throw Malformed("its number of pairs does not fit its length");
        }

        var pairs = new KeyValuePair<string, string>[count];
        var sorted = true;
        for (var i = 0; i < count; i++)
        {
            string key = ReadText(ref rest);
            pairs[i] = new KeyValuePair<string, string>(key, ReadText(ref rest));
            sorted &= i == 0 || Utf8Order.Compare(pairs[i - 1].Key, key) < 0;
        }

        if (!rest.IsEmpty)
        {
            throw Malformed("bytes follow its last pair");
        }

        if (sorted)
        {
            return new EncryptionContext(pairs, serialized);
        }

        try
        {
            return new EncryptionContext(pairs);
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.ContextMismatch)
        {
            throw Malformed("it has a key twice", exception);
        }
    }

    private static bool FindReservedKey(KeyValuePair<string, string>[] pairs) =>
        Array.Exists(pairs, static pair => pair.Key.StartsWith("aws-crypto-", StringComparison.Ordinal));

    private static byte[] SerializePairs(KeyValuePair<string, string>[] sortedPairs)
    {
        if (sortedPairs.Length == 0)
        {
            return [];
        }

        try
        {
            long length = 2;
            foreach ((string key, string value) in sortedPairs)
            {
                length += 4L + StrictUtf8.GetByteCount(key) + StrictUtf8.GetByteCount(value);
            }

            if (length > MaxSerializedLength)
            {
                throw new TenantEncryptionException(
                    ErrorCodes.LimitExceeded,
                    $"The encryption context takes {length} bytes; the message format allows {MaxSerializedLength}.");
            }

            byte[] serialized = new byte[length];
            Span<byte> rest = serialized;
            BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)sortedPairs.Length);
            rest = rest[2..];
            foreach ((string key, string value) in sortedPairs)
            {
                WriteText(key, ref rest);
                WriteText(value, ref rest);
            }

            return serialized;
        }
        catch (EncoderFallbackException exception)
        {
            throw new TenantEncryptionException(
                ErrorCodes.ContextMismatch, "The encryption context holds text that is not well-formed Unicode.", exception);
        }
    }

    private static void WriteText(string text, ref Span<byte> rest)
    {
        int length = StrictUtf8.GetBytes(text, rest[2..]);
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)length);
        rest = rest[(2 + length)..];
    }

    private static string ReadText(ref ReadOnlySpan<byte> rest)
    {
        int length = ReadLength(ref rest);
        if (length > rest.Length)
        {
            throw Malformed("a length in it exceeds it");
        }

        try
        {
            string text = StrictUtf8.GetString(rest[..length]);
            rest = rest[length..];
            return text;
        }
        catch (DecoderFallbackException exception)
        {
            throw Malformed("it holds text that is not UTF-8", exception);
        }
    }

    private static int ReadLength(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 2)
        {
            throw Malformed("it ends within a length");
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(rest);
        rest = rest[2..];
        return length;
    }

    private static TenantEncryptionException Malformed(string why, Exception? inner = null) =>
        new(ErrorCodes.MessageAltered, $"The message's encryption context is malformed: {why}.", inner);
}
