namespace TenantEncryption.Sql.Statements;

/// <summary>
/// Where the languages of databases differ. Everything else in the statements is what both take: values are parameters, named <c>$name</c>, text is compared
/// byte by byte, and times are text.
/// </summary>
internal abstract class SqlDialect
{
    /// <summary>A table with one column, <c>value</c>: the texts of a parameter that is a <see cref="List"/>.</summary>
    /// <param name="parameter">The parameter.</param>
    public abstract string Each(string parameter);

    /// <summary>Several texts as the value of one parameter.</summary>
    /// <param name="texts">The texts.</param>
    public abstract object List(IReadOnlyList<string> texts);

    /// <summary>A column of which no index is to be chosen.</summary>
    /// <param name="column">The column.</param>
    public abstract string Unindexed(string column);

    /// <summary>Joins another table to one, row by row of the first, in that order.</summary>
    public abstract string JoinInOrder { get; }

    /// <summary>Ends a query whose row is not to change before the transaction ends; a row that changed meanwhile is looked at anew.</summary>
    public abstract string Held { get; }

    /// <summary>A text that is another one when an epoch was raised.</summary>
    public abstract string EpochsMark { get; }
}
