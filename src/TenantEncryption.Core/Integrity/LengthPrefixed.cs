using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace TenantEncryption.Integrity;

/// <summary>
/// An unambiguous encoding of a list of fields: each is preceded by its length in bytes as a 32-bit big-endian number; text is UTF-8.
/// </summary>
internal sealed class LengthPrefixed
{
    private readonly ArrayBufferWriter<byte> _buffer = new(256);

    /// <summary>The encoding so far.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.WrittenSpan;

    /// <summary>Adds bytes without a length, for a fixed label in front.</summary>
    public LengthPrefixed Label(ReadOnlySpan<byte> label)
    {
        _buffer.Write(label);
        return this;
    }

    /// <summary>Adds a field.</summary>
    public LengthPrefixed Add(ReadOnlySpan<byte> field)
    {
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

    /// <summary>Adds a text field.</summary>
    public LengthPrefixed Add(string field) => Add(Encoding.UTF8.GetBytes(field));
}
