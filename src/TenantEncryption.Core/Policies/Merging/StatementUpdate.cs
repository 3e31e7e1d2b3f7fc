using Newtonsoft.Json.Linq;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Conditions;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Merging;

/// <summary>
/// Brings a live statement to what a platform needs. Where the platform has a list of its users' own (tenants, principals), what is there
/// stays: other tenants are never dropped.
/// </summary>
internal static class StatementUpdate
{
    /// <summary>The statement as it should be.</summary>
    /// <param name="rendered">What the platform needs.</param>
    /// <param name="live">What is there under the same Sid.</param>
    /// <param name="platform">The platform, which tells where values come from.</param>
    public static JObject Of(RenderedStatement rendered, JObject live, PlatformProfile platform) =>
        (JObject)Merge(rendered.Template.Statement, rendered.Statement, live, default, platform);

    private static JToken Merge(JToken template, JToken rendered, JToken? live, TemplatePlace place, PlatformProfile platform)
    {
        if (template is JObject templates)
        {
            return new JObject(templates.Properties().Select(property => new JProperty(
                property.Name,
                Merge(
                    property.Value,
                    rendered[property.Name]!,
                    (live as JObject)?.GetValue(property.Name, StringComparison.OrdinalIgnoreCase),
                    place.Below(property.Name),
                    platform))));
        }

        if (live is null || !KeepsOthers(template, place, platform))
        {
            return rendered.DeepClone();
        }

        string[] wanted = [.. Texts(rendered)];
        string[] kept = [.. Texts(live).Where(text => !place.IsPrincipal || !PrincipalSyntax.IsUniqueId(text))];
        var known = kept.Select(text => Meaning(text, place)).ToHashSet(StringComparer.Ordinal);
        string[] all = [.. kept, .. wanted.Where(text => known.Add(Meaning(text, place)))];
        return template is JArray || all.Length > 1 ? new JArray(all) : new JValue(all[0]);
    }

    // In a condition, a vendor's one value replaces the one before; its list, or the tenants', grows.
    private static bool KeepsOthers(JToken template, TemplatePlace place, PlatformProfile platform)
    {
        string[] names = [.. (template is JArray list ? list : [template]).Where(item => item.Type == JTokenType.String)
            .Select(item => Placeholder.Alone((string)item!)).OfType<string>()];
        return names.Length > 0
            && (place.IsPrincipal || template is JArray
                || names.Any(name => platform.Placeholders.Any(one => one.Name == name && one.Source == PlaceholderSource.TenantIds)));
    }

    private static string Meaning(string text, TemplatePlace place) =>
        place.IsPrincipal ? StatementFacts.Principal(text)
        : place.IsCondition ? PolicyVariables.Literal(text, ConditionOperator.Parse(place.Kind!)?.TakesPatterns ?? false) ?? text
        : text;

    private static IEnumerable<string> Texts(JToken json) =>
        (json is JArray list ? list : [json]).Where(item => item.Type == JTokenType.String).Select(item => (string)item!);
}
