using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Templates;

/// <summary>Reads the values of a platform's placeholders out of the key policy that the platform itself shows.</summary>
internal static class TemplateCapture
{
    /// <summary>Reads them.</summary>
    /// <param name="json">A policy, a list of statements, or one statement. Statements of others may be among them.</param>
    /// <param name="platform">The platform.</param>
    /// <returns>The values by the placeholders' names.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>MALFORMED_POLICY</c>: it is no JSON; <c>TEMPLATE_MISMATCH</c>: it lacks a statement of the platform, or has one twice; the message tells
    /// the first difference.
    /// </exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Read(string json, PlatformProfile platform)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(platform);
        JObject[] statements = [.. StatementsOf(PolicyJson.Parse(json))];
        var captured = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (PlatformStatement template in platform.Statements.Where(IsRequired))
        {
            (IReadOnlyDictionary<string, IReadOnlyList<string>> choices, StatementMatch[] matches) = Match(template, platform, statements);
            StatementMatch[] fitting = [.. matches.Where(match => match.Difference is null)];
            if (fitting.Length != 1)
            {
                throw Refuse(platform, template, matches, fitting.Length);
            }

            foreach ((string name, IReadOnlyList<string> values) in fitting[0].Values.Concat(choices))
            {
                if (captured.TryGetValue(name, out IReadOnlyList<string>? known) && !known.ToHashSet().SetEquals(values))
                {
                    throw new TenantEncryptionException(
                        ErrorCodes.TemplateMismatch, $"The statements of {platform.Name} differ in {name}: '{known[0]}' and '{values[0]}'.");
                }

                captured[name] = values;
            }
        }

        return captured;
    }

    private static bool IsRequired(PlatformStatement statement) =>
        statement is { Purpose: StatementPurpose.Access, When: StatementCondition.Always, Advice: null };

    /// <summary>Compares with the template as the vendor prints it, and where nothing fits with what is left of it when a choice is no.</summary>
    private static (IReadOnlyDictionary<string, IReadOnlyList<string>> Choices, StatementMatch[] Matches) Match(
        PlatformStatement template, PlatformProfile platform, JObject[] statements)
    {
        (IReadOnlyDictionary<string, IReadOnlyList<string>> Choices, StatementMatch[] Matches)[] tried =
        [
            .. TemplateChoices.Of(template.Statement, platform).Select(
                one => (one.Choices, statements.Select(statement => StatementMatch.Of(one.Template, statement)).ToArray())),
        ];
        return Array.Find(tried, one => one.Matches.Any(match => match.Difference is null)) is { Matches: not null } fitting ? fitting : tried[0];
    }

    private static IEnumerable<JObject> StatementsOf(JToken json) => json switch
    {
        JObject { } policy when policy["Statement"] is JArray list => list.OfType<JObject>(),
        JObject { } policy when policy["Statement"] is JObject single => [single],
        JObject { } statement => [statement],
        JArray list => list.OfType<JObject>(),
        _ => [],
    };

    private static TenantEncryptionException Refuse(
        PlatformProfile platform, PlatformStatement template, StatementMatch[] matches, int fitting)
    {
        string detail = fitting > 1 ? $"it has {fitting} such statements; give one of them"
            : matches.Length == 0 ? "it has no statement"
            : matches.OrderByDescending(match => match.Depth).First().Difference!;
        return new TenantEncryptionException(
            ErrorCodes.TemplateMismatch, $"The JSON lacks the statement '{template.Sid}' of {platform.Name}: {detail}.");
    }
}
