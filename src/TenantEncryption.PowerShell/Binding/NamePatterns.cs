using System.Management.Automation;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Names and wildcards, of which any may fit.</summary>
/// <param name="texts">The names and wildcards; <see langword="null"/> for everything.</param>
/// <param name="options">Whether case matters.</param>
internal sealed class NamePatterns(IReadOnlyList<string>? texts, WildcardOptions options)
{
    private readonly WildcardPattern[]? _patterns = texts?.Select(text => new WildcardPattern(text, options)).ToArray();

    /// <summary>Whether a name is one of them or fits one. A name that has wildcard characters fits itself.</summary>
    /// <param name="name">The name.</param>
    public bool Fit(string? name) =>
        _patterns is null || (name is not null && (texts!.Contains(name, StringComparer.Ordinal) || _patterns.Any(pattern => pattern.IsMatch(name))));
}
