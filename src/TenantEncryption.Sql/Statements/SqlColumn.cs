namespace TenantEncryption.Sql.Statements;

/// <summary>A column of rows that are added together: texts or numbers.</summary>
internal readonly struct SqlColumn
{
    /// <summary>Texts; <see langword="null"/> for none in a row.</summary>
    public SqlColumn(string name, string?[] texts) => (Name, Texts) = (name, texts);

    /// <summary>Numbers.</summary>
    public SqlColumn(string name, long[] numbers) => (Name, Numbers) = (name, numbers);

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>The texts; <see langword="null"/> for a column of numbers.</summary>
    public string?[]? Texts { get; }

    /// <summary>The numbers; <see langword="null"/> for a column of texts.</summary>
    public long[]? Numbers { get; }

    /// <summary>How many rows there are.</summary>
    public int Count => Texts?.Length ?? Numbers!.Length;
}
