using Newtonsoft.Json.Linq;
using TenantEncryption.Platforms;

namespace TenantEncryption.Policies.Templates;

/// <summary>What becomes of a template by the choices in it: the values of a choice in their place, or nothing.</summary>
internal static class TemplateChoices
{
    /// <summary>Each combination, all yes first, which is what the vendor prints; with the choices that are no in it.</summary>
    public static IEnumerable<(JObject Template, IReadOnlyDictionary<string, IReadOnlyList<string>> Choices)> Of(JObject template, PlatformProfile platform)
    {
        IEnumerable<(JObject Template, Dictionary<string, IReadOnlyList<string>> Choices)> made = [(template, [])];
        foreach (PlatformPlaceholder choice in platform.Placeholders.Where(placeholder => placeholder.Source == PlaceholderSource.Choice))
        {
            if (Placeholder.NamesIn(template).Contains(choice.Name, StringComparer.Ordinal))
            {
                made =
                [
                    .. made.Select(one => (Put(one.Template, choice.Name, choice.Values), one.Choices)),
                    .. made.Select(one => (Put(one.Template, choice.Name, []), new Dictionary<string, IReadOnlyList<string>>(one.Choices) { [choice.Name] = [bool.FalseString] })),
                ];
            }
        }

        return made.Select(one => (one.Template, (IReadOnlyDictionary<string, IReadOnlyList<string>>)one.Choices));
    }

    private static JObject Put(JObject template, string name, IReadOnlyList<string> values)
    {
        var copy = (JObject)template.DeepClone();
        foreach (JValue item in copy.Descendants().OfType<JValue>().Where(value => value.Type == JTokenType.String && Placeholder.Alone((string)value!) == name).ToArray())
        {
            foreach (string value in values)
            {
                item.AddBeforeSelf(new JValue(value));
            }

            item.Remove();
        }

        return copy;
    }
}
