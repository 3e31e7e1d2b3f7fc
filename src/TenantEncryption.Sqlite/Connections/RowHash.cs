using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TenantEncryption.Sqlite.Connections;

/// <summary>
/// SHA-256 over rows as they lie in the database, each value with its length. Nothing is decoded, so a thousand rows take a millisecond or two, most of
/// which is calls of SQLite: each value is worth two of them, and a third only where one without bytes may be missing. What type it has, its column says.
/// </summary>
internal sealed class RowHash : IDisposable
{
    // In the place of a length.
    private const int Missing = -1;
    private const int End = -2;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _row = new byte[2048];
    private int _length;

    /// <summary>Adds all rows of a prepared statement, and where they end.</summary>
    /// <exception cref="SqliteException">With the result code.</exception>
    public void Add(sqlite3 connection, sqlite3_stmt statement)
    {
        int columns = raw.sqlite3_column_count(statement);
        int code;
        while ((code = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
        {
            for (int column = 0; column < columns; column++)
            {
                ReadOnlySpan<byte> value = raw.sqlite3_column_blob(statement, column);
                Add(value.IsEmpty && raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL ? Missing : value.Length, value);
            }

            Flush();
        }

        raw.sqlite3_reset(statement);
        if (code != raw.SQLITE_DONE)
        {
            throw new SqliteException(raw.sqlite3_errmsg(connection).utf8_to_string(), code & 0xFF, raw.sqlite3_extended_errcode(connection));
        }

        Add(End, []);
        Flush();
    }

    /// <summary>The hash.</summary>
    /// <returns>32 bytes.</returns>
    public byte[] ToHash() => _hash.GetHashAndReset();

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void Add(int length, ReadOnlySpan<byte> value)
    {
        int end = _length + 4 + value.Length;
        if (end > _row.Length)
        {
            Array.Resize(ref _row, Math.Max(end, 2 * _row.Length));
        }

        BinaryPrimitives.WriteInt32BigEndian(_row.AsSpan(_length), length);
        value.CopyTo(_row.AsSpan(_length + 4));
        _length = end;
    }

    private void Flush()
    {
        _hash.AppendData(_row.AsSpan(0, _length));
        _length = 0;
    }
}
