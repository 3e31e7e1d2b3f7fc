using Microsoft.Data.Sqlite;

namespace TenantEncryption.Sqlite.Tables;

/// <summary>Reads the columns of a row in the forms in which the tables write them.</summary>
internal static class RowReading
{
    public static string? OptionalText(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static byte[] Bytes(this SqliteDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    public static DateTimeOffset Time(this SqliteDataReader row, int column) => StoredText.ToTime(row.GetString(column));

    public static DateTimeOffset? OptionalTime(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);

    public static T Named<T>(this SqliteDataReader row, int column)
        where T : struct, Enum => Enum.Parse<T>(row.GetString(column));
}
