namespace TenantEncryption.Policies.Findings.Edits;

/// <summary>Where in a policy an edit is made.</summary>
/// <param name="Statement">The number of the statement, from zero; <see langword="null"/> for the document.</param>
/// <param name="Name">What words call the statement.</param>
/// <param name="Path">The way to the element.</param>
internal sealed record PolicyPlace(int? Statement, string Name, params IReadOnlyList<string> Path)
{
    /// <summary>The document itself.</summary>
    public static PolicyPlace Document { get; } = new(null, "the policy");

    /// <summary>A statement.</summary>
    public static PolicyPlace Of(PolicyStatement statement, params string[] path) => new(statement.Index, $"statement {statement.Index}", path);

    /// <summary>An element inside.</summary>
    public PolicyPlace At(params string[] path) => this with { Path = [.. Path, .. path] };
}
