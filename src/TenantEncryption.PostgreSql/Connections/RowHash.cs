using System.Buffers.Binary;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;

namespace TenantEncryption.PostgreSql.Connections;

/// <summary>SHA-256 over rows, each value with its type and length.</summary>
internal sealed class RowHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Adds a row.</summary>
    public void Add(DbDataReader row)
    {
        for (int column = 0; column < row.FieldCount; column++)
        {
            switch (row.GetValue(column))
            {
                case DBNull:
                    Add('-', []);
                    break;
                case byte[] bytes:
                    Add('b', bytes);
                    break;
                case IFormattable number:
                    Add('n', Encoding.UTF8.GetBytes(number.ToString(null, System.Globalization.CultureInfo.InvariantCulture)));
                    break;
                case var value:
                    Add('t', Encoding.UTF8.GetBytes(value.ToString()!));
                    break;
            }
        }

        End();
    }

    /// <summary>Adds the end of a row, or of all rows of a statement.</summary>
    public void End() => Add('.', []);

    /// <summary>The hash.</summary>
    /// <returns>32 bytes.</returns>
    public byte[] ToHash() => _hash.GetHashAndReset();

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void Add(char type, ReadOnlySpan<byte> value)
    {
        Span<byte> head = stackalloc byte[5];
        head[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(head[1..], value.Length);
        _hash.AppendData(head);
        _hash.AppendData(value);
    }
}
