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

    /// <summary>The values that a provider was registered with, which are texts: those of a list have commas between them.</summary>
    internal static Dictionary<string, IReadOnlyList<string>> OfProvider(PlatformProfile platform, IReadOnlyDictionary<string, string> registered)
    {
        var values = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (PlatformPlaceholder placeholder in platform.Placeholders)
        {
            if (registered.FirstOrDefault(pair => pair.Key.Equals(placeholder.Name, StringComparison.OrdinalIgnoreCase)).Value is { } text)
            {
                values[placeholder.Name] = placeholder.Source is PlaceholderSource.TenantIds or PlaceholderSource.Users ? text.Split(',', StringSplitOptions.TrimEntries) : [text];
            }
        }

        return values;
    }
}
