using TenantEncryption.Errors;
using TenantEncryption.Platforms;

namespace TenantEncryption.Policies.Templates;

/// <summary>Values of placeholders from what the platform itself shows and from what is given.</summary>
public static class PlaceholderParameters
{
    /// <summary>Puts them together.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="from">The JSON that the platform shows, or <see langword="null"/>.</param>
    /// <param name="given">Values by the placeholders' names, compared without regard to case; they win.</param>
    /// <returns>The values.</returns>
    /// <exception cref="TenantEncryptionException"><c>MALFORMED_POLICY</c>, <c>TEMPLATE_MISMATCH</c>.</exception>
    public static Dictionary<string, IReadOnlyList<string>> Of(
        PlatformProfile platform, string? from, IReadOnlyDictionary<string, IReadOnlyList<string>>? given = null)
    {
        var values = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        if (from is not null)
        {
            Add(TemplateCapture.Read(from, platform));
        }

        if (given is not null)
        {
            Add(given);
        }

        return values;

        void Add(IReadOnlyDictionary<string, IReadOnlyList<string>> more)
        {
            foreach ((string name, IReadOnlyList<string> value) in more)
            {
                values[name] = value;
            }
        }
    }

    /// <summary>Those values that only the platform's vendor knows.</summary>
    internal static Dictionary<string, IReadOnlyList<string>> VendorsOwn(
        PlatformProfile platform, IReadOnlyDictionary<string, IReadOnlyList<string>> values) => values
        .Where(pair => platform.Placeholders.Any(
            placeholder => placeholder.Source is PlaceholderSource.Given or PlaceholderSource.Choice && placeholder.Name.Equals(pair.Key, StringComparison.OrdinalIgnoreCase)))
        .ToDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses names that no placeholder of the platform has.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>, with the names that there are.</exception>
    internal static void RefuseUnknown(PlatformProfile platform, IEnumerable<string> names)
    {
        string? unknown = names.FirstOrDefault(
            name => !platform.Placeholders.Any(placeholder => placeholder.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));
        if (unknown is not null)
        {
            string known = platform.Placeholders.Count == 0 ? "It has none" : $"It has {string.Join(", ", platform.Placeholders.Select(one => one.Name))}";
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"The key policy of {platform.Name} has no placeholder '{unknown}'. {known}.");
        }
    }
}
