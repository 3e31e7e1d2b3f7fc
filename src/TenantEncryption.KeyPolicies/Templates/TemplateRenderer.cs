using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Conditions;

namespace TenantEncryption.Policies.Templates;

/// <summary>
/// Puts values into one statement. It works on JSON tokens, so that no value can add or close an element, and refuses or escapes what IAM
/// would read as more than a value.
/// </summary>
internal sealed partial class TemplateRenderer(PlaceholderValues values, PlatformStatement statement)
{
    public JToken Render(JToken template) => Render(template, default);

    private JToken Render(JToken template, TemplatePlace place) => template switch
    {
        JObject json => new JObject(json.Properties().Select(property => new JProperty(property.Name, Render(property.Value, place.Below(property.Name))))),
        JArray array => new JArray(array.SelectMany(item => RenderItem(item, place))),
        JValue { Type: JTokenType.String } text => RenderText((string)text!, place),
        _ => template.DeepClone(),
    };

    private IEnumerable<JToken> RenderItem(JToken item, TemplatePlace place) =>
        item.Type == JTokenType.String && Placeholder.Alone((string)item!) is { } name
            ? values[name].Select(value => new JValue(Whole(name, value, place)))
            : [Render(item, place)];

    private JToken RenderText(string text, TemplatePlace place)
    {
        if (Placeholder.Alone(text) is not { } alone)
        {
            return new JValue(Placeholder.Replace(text, name => Part(name, Single(name), place)));
        }

        return values[alone] is [_, _, ..] several && place.TakesSeveral
            ? new JArray(several.Select(value => Whole(alone, value, place)))
            : new JValue(Whole(alone, Single(alone), place));
    }

    private string Single(string name) => values[name] is [var only]
        ? only
        : throw new TenantEncryptionException(
            ErrorCodes.InvalidInput, $"{name} has {Counted.Of(values[name].Count, "value")}; in the statement '{statement.Sid}' it takes one.");

    private string Whole(string name, string value, TemplatePlace place)
    {
        if (!place.IsPrincipal)
        {
            return Part(name, value, place);
        }

        bool fits = place.Kind switch
        {
            "AWS" => value != "*" && PrincipalSyntax.IsAws(value) && !PrincipalSyntax.IsUniqueId(value),
            "Service" => PrincipalSyntax.IsService(value),
            _ => true,
        };
        return fits
            ? value
            : throw new TenantEncryptionException(
                ErrorCodes.InvalidArn,
                $"The value '{PrintableText.Of(value)}' of {name} is not the ARN of an account, user, role or session.",
                remedy: PrincipalSyntax.Remedy);
    }

    private string Part(string name, string value, TemplatePlace place)
    {
        if (place.IsCondition)
        {
            return PolicyVariables.Escape(value, ConditionOperator.Parse(place.Kind!)?.TakesPatterns ?? false);
        }

        bool fits = place.IsPrincipal ? NameCharacters().IsMatch(value)
            : !place.IsResource || !(GlobPattern.IsPattern(value) || value.Contains("${", StringComparison.Ordinal) || value.Any(char.IsWhiteSpace));
        return fits
            ? value
            : throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"The value '{PrintableText.Of(value)}' of {name} has characters that can't be part of the {place.Element} of '{statement.Sid}'.");
    }

    // What the names of roles and sessions are made of (IAM API reference, RoleName and RoleSessionName).
    [GeneratedRegex(@"\A[A-Za-z0-9_+=,.@-]+\z")]
    private static partial Regex NameCharacters();
}
