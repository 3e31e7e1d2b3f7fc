using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TenantEncryption.Integrity;

/// <summary>
/// An unambiguous encoding of a list of fields: each is preceded by its length in bytes as a 32-bit big-endian number, −1 for one that is missing; text is UTF-8.
/// </summary>
internal sealed class LengthPrefixed
{
    // Of an encoding that is hashed, no more is in memory at once.
    private const int Hashed = 16 * 1024;

    private readonly ArrayBufferWriter<byte> _buffer = new(256);
    private IncrementalHash? _hash;

    /// <summary>The encoding so far, of at most 16 KiB.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.WrittenSpan;

    /// <summary>SHA-256 of the encoding, of any length. Nothing may follow.</summary>
    public byte[] ToHash()
    {
        if (_hash is null)
        {
            return SHA256.HashData(Bytes);
        }

        using (_hash)
        {
            _hash.AppendData(Bytes);
            return _hash.GetHashAndReset();
        }
    }

    /// <summary>Adds bytes without a length, for a fixed label in front.</summary>
    public LengthPrefixed Label(ReadOnlySpan<byte> label)
    {
        _buffer.Write(label);
        return this;
    }

    /// <summary>Adds a field.</summary>
    public LengthPrefixed Add(ReadOnlySpan<byte> field)
    {
        HashFull();
        BinaryPrimitives.WriteInt32BigEndian(_buffer.GetSpan(4), field.Length);
        _buffer.Advance(4);
        _buffer.Write(field);
        return this;
    }

    /// <summary>Adds a list of texts: their count, then each.</summary>
    public LengthPrefixed Add(IReadOnlyCollection<string> fields)
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer.GetSpan(4), fields.Count);
        _buffer.Advance(4);
        foreach (string field in fields)
        {
            Add(field);
        }

        return this;
    }

    /// <summary>Adds a number, as a field of 8 bytes, big-endian.</summary>
    public LengthPrefixed Add(long field)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, field);
        return Add(bytes);
    }

    /// <summary>Adds a text that may be missing: a missing one has the length −1.</summary>
    public LengthPrefixed AddOptional(string? field)
    {
        if (field is not null)
        {
            return Add(field);
        }

        BinaryPrimitives.WriteInt32BigEndian(_buffer.GetSpan(4), -1);
        _buffer.Advance(4);
        return this;
    }

    /// <summary>Adds a time that may be missing.</summary>
    public LengthPrefixed AddOptional(DateTimeOffset? field) => field is { } time ? Add(time.UtcTicks) : AddOptional((string?)null);

    /// <summary>Adds a text field.</summary>
    public LengthPrefixed Add(string field)
    {
        HashFull();
        int length = Encoding.UTF8.GetByteCount(field);
        BinaryPrimitives.WriteInt32BigEndian(_buffer.GetSpan(4), length);
        _buffer.Advance(4);
        _buffer.Advance(Encoding.UTF8.GetBytes(field, _buffer.GetSpan(length)));
        return this;
    }

    private void HashFull()
    {
        if (_buffer.WrittenCount > Hashed)
        {
            _hash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            _hash.AppendData(_buffer.WrittenSpan);
            _buffer.ResetWrittenCount();
        }
    }
}
