using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Conditions;
using TenantEncryption.Policies.Findings.Edits;
using TenantEncryption.Policies.Likeness;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Findings.Causes;

/// <summary>How a malformed element is corrected: as it was meant where that can be told, else as the platform's statement has it that it stands for.</summary>
internal static class PolicyRepair
{
    private const string Version2012 = "2012-10-17";
    private const string Statements = "Statement";

    private static readonly string[] DocumentElements = ["Version", "Id", Statements];
    private static readonly string[] StatementElements = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
    private static readonly string[] PrincipalKinds = ["AWS", "Service", "Federated", "CanonicalUser"];
    private static readonly string[] Effects = ["Allow", "Deny"];

    /// <summary>The correction of an element of the document; none where no rule knows it.</summary>
    public static IReadOnlyList<PolicyEdit> OfDocument(JToken at)
    {
        JToken element = at is JProperty ? at : at.Parent ?? at;
        return element switch
        {
            JProperty { Name: "Version" } => [PolicyEdit.Set(PolicyPlace.Document.At("Version"), Version2012)],
            JProperty property when !DocumentElements.Contains(property.Name) => Renamed(PolicyPlace.Document, property, DocumentElements),
            _ => [],
        };
    }

    /// <summary>The correction of a statement's element; none where no rule knows it.</summary>
    /// <param name="at">The element that is wrong.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="index">The number of the statement.</param>
    /// <param name="platform">The platform's statements.</param>
    public static IReadOnlyList<PolicyEdit> OfStatement(JToken at, JObject policy, int index, IReadOnlyList<RenderedStatement> platform)
    {
        JToken[] all = policy[Statements] is JArray list ? [.. list] : [policy[Statements]!];
        if (all[index] is not JObject statement)
        {
            return [];
        }

        JObject[] wanted = [.. platform.Select(one => one.Statement)];
        JObject? meant = wanted.FirstOrDefault(one => OwnStatements.Find(all, one, wanted).Contains(index));
        var place = new PolicyPlace(index, $"statement {index}");
        string[] path = PathOf(at);
        IReadOnlyList<PolicyEdit> edits = path switch
        {
            [] => OfWhole(place, statement, meant),
            [var element] when !StatementElements.Contains(element) => Renamed(place, statement.Property(element)!, StatementElements),
            ["Effect"] => Text(at, Effects) is { } effect ? [PolicyEdit.Set(place.At("Effect"), effect)] : [],
            ["Action" or "NotAction", ..] when at is JValue { Type: JTokenType.String } action => Action(place.At(path[0]), (string)action!),
            ["Principal" or "NotPrincipal", ..] => Principal(place.At(path[0]), statement[path[0]]!, at, meant),
            ["Condition", ..] => Condition(place.At("Condition"), statement["Condition"]!, path),
            _ => [],
        };
        return edits.Count > 0 ? edits
            : meant is null || path.Length == 0 ? []
            : meant[path[0]] is { } right ? [PolicyEdit.Set(place.At(path[0]), right)]
            : [PolicyEdit.ReplaceStatement(place, meant)];
    }

    // What is missing, or stands there under both of its names.
    private static IReadOnlyList<PolicyEdit> OfWhole(PolicyPlace place, JObject statement, JObject? meant)
    {
        if (statement["Effect"] is null)
        {
            return meant is null ? [] : [PolicyEdit.Set(place.At("Effect"), "Allow")];
        }

        foreach (string element in new[] { "Principal", "Action", "Resource" })
        {
            bool isThere = statement.ContainsKey(element);
            if (isThere && statement.ContainsKey($"Not{element}"))
            {
                return [PolicyEdit.Remove(place.At($"Not{element}"))];
            }

            if (element == "Principal" && !isThere && !statement.ContainsKey("NotPrincipal"))
            {
                return meant is null ? [] : [PolicyEdit.Set(place.At(element), meant[element]!)];
            }
        }

        return meant is null ? [] : [PolicyEdit.ReplaceStatement(place, meant)];
    }

    private static IReadOnlyList<PolicyEdit> Renamed(PolicyPlace place, JProperty property, string[] names)
    {
        string written = VisibleText.Meant(property.Name);
        string? name = TextDistance.Nearest(written, names) ?? names.FirstOrDefault(name => written.Equals($"{name}s", StringComparison.OrdinalIgnoreCase));
        return name is null || property.Parent is not JObject parent ? [PolicyEdit.Remove(place.At(property.Name))]
            : parent.ContainsKey(name) ? [PolicyEdit.Remove(place.At(property.Name))]
            : [PolicyEdit.Rename(place.At(property.Name), name)];
    }

    private static IReadOnlyList<PolicyEdit> Action(PolicyPlace place, string written)
    {
        string name = VisibleText.Meant(written[(written.LastIndexOfAny([':', '.', '/', ' ']) + 1)..]);
        string? action = name == "*" ? "kms:*"
            : GlobPattern.IsPattern(name) && KmsActions.Expand($"kms:{name}").Count > 0 ? $"kms:{name}"
            : TextDistance.Nearest($"kms:{name}", KmsActions.All);
        return action is null ? [] : [PolicyEdit.Replace(place, written, action)];
    }

    private static IReadOnlyList<PolicyEdit> Principal(PolicyPlace place, JToken principal, JToken at, JObject? meant)
    {
        string[] wanted = meant is null ? [] : [.. StatementShape.Of(meant).Principals];
        if (principal is JValue { Type: JTokenType.String } or JArray)
        {
            return [PolicyEdit.Set(place, new JObject { ["AWS"] = principal.DeepClone() })];
        }

        if (at is JProperty { Name: var kind } && !PrincipalKinds.Contains(kind))
        {
            string? known = TextDistance.Nearest(kind, PrincipalKinds);
            return [PolicyEdit.Rename(place.At(kind), known ?? "AWS")];
        }

        string? under = at.Ancestors().OfType<JProperty>().FirstOrDefault()?.Name;
        if (at is not JValue { Type: JTokenType.String } value || under is not ("AWS" or "Service"))
        {
            return [];
        }

        string written = (string)value!, trimmed = VisibleText.Meant(written);
        PolicyPlace names = place.At(under);
        if (wanted.FirstOrDefault(one => PrincipalLikeness.Distance(written, one) is not null) is { } near)
        {
            return [PolicyEdit.Replace(names, written, near)];
        }

        // A wildcard for the principals of one account: those that the platform has there.
        string[] members = [.. wanted.Where(one => GlobPattern.IsPattern(trimmed) && GlobPattern.Matches(trimmed, one, ignoreCase: true))];
        return members.Length > 0 ? [PolicyEdit.Replace(names, written, members)]
            : PrincipalSyntax.IsAws(trimmed) || PrincipalSyntax.IsService(trimmed) ? [PolicyEdit.Replace(names, written, trimmed)]
            : PrincipalSyntax.IsAws(trimmed.ToLowerInvariant()) ? [PolicyEdit.Replace(names, written, trimmed.ToLowerInvariant())]
            : meant is not null && wanted.Length > 0 ? [PolicyEdit.Set(place, meant["Principal"]!)]
            : [];
    }

    private static IReadOnlyList<PolicyEdit> Condition(PolicyPlace place, JToken condition, string[] path)
    {
        if (condition is not JObject operators || path is not [_, var name, ..] || ConditionOperator.Parse(name) is not null)
        {
            return [];
        }

        // Without an operator the condition's keys stand in its place.
        if (name.Contains(':', StringComparison.Ordinal) && !name.StartsWith("For", StringComparison.OrdinalIgnoreCase) && operators[name] is not JObject)
        {
            return [PolicyEdit.Remove(place.At(name)), PolicyEdit.Set(place.At("StringEquals", name), operators[name]!)];
        }

        string? known = TextDistance.Nearest(VisibleText.Meant(name), ConditionOperator.Names) ?? (operators.Count == 1 && operators[name] is JObject ? "StringEquals" : null);
        return known is null ? [] : [PolicyEdit.Rename(place.At(name), known)];
    }

    private static string? Text(JToken at, string[] known) => at is JValue { Type: JTokenType.String } value ? TextDistance.Nearest(VisibleText.Meant((string)value!), known) : null;

    // The names from the statement down to what is wrong.
    private static string[] PathOf(JToken at)
    {
        string[] names = [.. at.AncestorsAndSelf().OfType<JProperty>().Select(property => property.Name).Reverse()];
        int statement = Array.IndexOf(names, Statements);
        return statement < 0 ? names : names[(statement + 1)..];
    }
}
