using Newtonsoft.Json.Linq;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Conditions;
using TenantEncryption.Policies.Likeness;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Merging;

/// <summary>
/// Brings a live statement to what a platform needs. Lists of tenants and of principals only grow: what is there stays, under whatever operator
/// it was listed.
/// </summary>
internal static class StatementUpdate
{
    /// <summary>The statement as it should be, and one of their own for those in it who would lose by that.</summary>
    /// <param name="rendered">What the platform needs.</param>
    /// <param name="live">What is there.</param>
    /// <param name="platform">The platform, which tells where values come from.</param>
    public static (JObject Updated, JObject? Others) Of(RenderedStatement rendered, JObject live, PlatformProfile platform)
    {
        var updated = (JObject)Merge(rendered.Template.Statement, rendered.Statement, live, default, platform, live);
        IReadOnlyList<(string Kind, string Name)> foreign = ForeignPrincipals.Of(live, rendered.Statement);
        bool isOwnList = OwnPrincipals.AreIn(platform, rendered.Template);
        if (ForeignPrincipals.Apart(live, updated, foreign, isOwnList) is { } apart)
        {
            updated["Principal"] = rendered.Statement["Principal"]!.DeepClone();
            return (updated, apart);
        }

        foreach ((string kind, string name) in foreign)
        {
            Add((JObject)updated["Principal"]!, kind, name);
        }

        return (updated, null);
    }

    private static void Add(JObject principal, string kind, string name)
    {
        string[] names = [.. principal[kind] is { } there ? Texts(there) : []];
        principal[kind] = names.Length == 0 ? name : new JArray(names.Append(name).Distinct(StringComparer.Ordinal));
    }

    private static JToken Merge(JToken template, JToken rendered, JToken? live, TemplatePlace place, PlatformProfile platform, JObject statement)
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
                    platform,
                    statement))));
        }

        string[] there = [.. Listed(rendered, live, place, statement)];
        if (there.Length == 0 || !KeepsOthers(template, place, platform))
        {
            return rendered.DeepClone();
        }

        string[] wanted = [.. Texts(rendered)];
        string[] kept = [.. there.Where(text => !place.IsPrincipal || (text != "*" && !PrincipalSyntax.IsUniqueId(text)))];
        var known = kept.Select(text => Meaning(text, place)).ToHashSet(StringComparer.Ordinal);
        string[] all = [.. kept, .. wanted.Where(text => known.Add(Meaning(text, place)))];
        return template is JArray || all.Length > 1 ? new JArray(all) : new JValue(all[0]);
    }

    // Tenants that a statement lists under another operator that means them, or under a key that was meant as this one, are tenants of the key too.
    private static IEnumerable<string> Listed(JToken rendered, JToken? live, TemplatePlace place, JObject statement)
    {
        if (!place.IsCondition || statement["Condition"] is not JObject operators || rendered.Parent is not JProperty { Name: var key })
        {
            return live is null ? [] : Texts(live);
        }

        return operators.Properties()
            .Where(entry => ConditionOperator.Parse(entry.Name) is { Negated: false, Comparison: Comparison.String or Comparison.StringLike or Comparison.StringIgnoreCase })
            .SelectMany(entry => entry.Value is JObject keys ? keys.Properties().Select(listed => (Operator: entry.Name, listed.Name, listed.Value)) : [])
            .Where(entry => ConditionKeyLikeness.IsMeantAs(entry.Name, key))
            .SelectMany(entry => Texts(entry.Value).Where(
                value => !GlobPattern.IsPattern(value) || entry.Operator.Equals(place.Kind, StringComparison.OrdinalIgnoreCase)))
            .Distinct(StringComparer.Ordinal);
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
