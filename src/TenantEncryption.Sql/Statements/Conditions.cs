namespace TenantEncryption.Sql.Statements;

/// <summary>
/// A WHERE clause of the conditions whose values are given, so that each combination has a query plan of its own.
/// The conditions are constants of the tables; what varies are parameters.
/// </summary>
internal sealed class Conditions
{
    private readonly List<string> _conditions = [];
    private readonly List<(string Name, object? Value)> _values = [];

    /// <summary>The parameters with their values.</summary>
    public (string Name, object? Value)[] Values => [.. _values];

    /// <summary>Adds a condition, unless its value is <see langword="null"/>.</summary>
    public Conditions And(string condition, string name, object? value)
    {
        if (value is not null)
        {
            _conditions.Add(condition);
            _values.Add((name, value));
        }

        return this;
    }

    /// <summary>Adds a condition on parameters that are there.</summary>
    public Conditions And(string condition)
    {
        _conditions.Add(condition);
        return this;
    }

    /// <summary>Adds a parameter that is no condition.</summary>
    public Conditions With(string name, object value)
    {
        _values.Add((name, value));
        return this;
    }

    /// <summary>The clause; empty without conditions.</summary>
    public override string ToString() => _conditions.Count == 0 ? string.Empty : $"WHERE {string.Join(" AND ", _conditions)}";
}
