using System.Data.Common;

namespace TenantEncryption.Sql.Values;

/// <summary>Reads the columns of a row in the forms in which the tables write them.</summary>
internal static class RowReading
{
    public static string? OptionalText(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static byte[] Bytes(this DbDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    public static DateTimeOffset Time(this DbDataReader row, int column) => StoredText.ToTime(row.GetString(column));

    public static DateTimeOffset? OptionalTime(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);

    public static T Named<T>(this DbDataReader row, int column)
        where T : struct, Enum => Enum.Parse<T>(row.GetString(column));
}
