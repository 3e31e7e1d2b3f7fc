using System.Reflection;

namespace TenantEncryption.Errors;

/// <summary>Every error code with its kind, cause and remedy, as <see cref="ErrorCodes"/> declares them: the source for exceptions, PowerShell errors and <c>docs/errors.md</c>.</summary>
public static class ErrorCatalog
{
    private static readonly Dictionary<string, ErrorDefinition> ByCode = typeof(ErrorCodes).GetFields()
        .Select(field => (Code: (string)field.GetRawConstantValue()!, Error: field.GetCustomAttribute<ErrorAttribute>()))
        .Where(declared => declared.Error is not null)
        .ToDictionary(
            declared => declared.Code,
            declared => new ErrorDefinition(declared.Code, declared.Error!.Kind, declared.Error.Cause, declared.Error.Remedy),
            StringComparer.Ordinal);

    /// <summary>All definitions, in the order of the documentation.</summary>
    public static IReadOnlyCollection<ErrorDefinition> All => ByCode.Values;

    /// <summary>Whether there is such a code.</summary>
    /// <param name="code">The code, ordinal.</param>
    /// <returns>Whether it is in the catalog.</returns>
    public static bool Contains(string code) => ByCode.ContainsKey(code);

    /// <summary>The definition of a code.</summary>
    /// <param name="code">A constant of <see cref="ErrorCodes"/>.</param>
    /// <returns>Its definition.</returns>
    /// <exception cref="ArgumentException">The code is not in the catalog.</exception>
    public static ErrorDefinition Get(string code) =>
        ByCode.TryGetValue(code, out ErrorDefinition? definition)
            ? definition
            : throw new ArgumentException($"'{code}' is not a known error code.", nameof(code));
}
