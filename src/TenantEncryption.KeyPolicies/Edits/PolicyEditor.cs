using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Findings.Edits;

/// <summary>Makes edits in a policy. The numbers of statements are those before the first edit; an edit of what is not there any more does nothing.</summary>
internal static class PolicyEditor
{
    /// <summary>A policy with edits made.</summary>
    /// <param name="policy">The policy's JSON.</param>
    /// <param name="edits">The edits.</param>
    /// <returns>The JSON.</returns>
    public static string Apply(string policy, IEnumerable<PolicyEdit> edits) => PolicyWriter.Write(Apply((JObject)PolicyJson.Load(policy), edits));

    /// <summary>A document with edits made; the one that is given stays as it is.</summary>
    public static JObject Apply(JObject document, IEnumerable<PolicyEdit> edits)
    {
        var policy = (JObject)document.DeepClone();
        PolicyEdit[] all = [.. edits];
        foreach (PolicyEdit edit in all.Where(edit => edit is { Statement: null, Path.Count: > 0 }))
        {
            MakeIn(edit, policy);
        }

        JToken[] statements = policy["Statement"] is JArray list ? [.. list] : policy["Statement"] is { } single ? [single] : [];
        var results = new List<JToken?>(statements);
        // An element gets its form before values are put into it.
        foreach (PolicyEdit edit in all.Where(edit => edit is not { Statement: null, Path.Count: > 0 })
            .OrderBy(edit => edit.Kind is PolicyEditKind.Rename or PolicyEditKind.Set ? 0 : 1))
        {
            Make(edit, results);
        }

        if (policy.ContainsKey("Statement"))
        {
            policy["Statement"] = new JArray(results.OfType<JToken>().Select(statement => statement.DeepClone()));
        }

        return policy;
    }

    private static void Make(PolicyEdit edit, List<JToken?> statements)
    {
        switch (edit.Kind)
        {
            case PolicyEditKind.AddStatement:
                if (!statements.OfType<JToken>().Any(statement => JToken.DeepEquals(statement, edit.Content)))
                {
                    statements.Add(edit.Content!.DeepClone());
                }

                break;
            case PolicyEditKind.RemoveStatement:
                statements[edit.Statement!.Value] = null;
                break;
            case PolicyEditKind.ReplaceStatement:
                statements[edit.Statement!.Value] = edit.Content!.DeepClone();
                break;
            case PolicyEditKind.RemoveCharacter:
                for (int i = 0; i < statements.Count; i++)
                {
                    statements[i] = statements[i] is { } statement ? Without(statement, edit.Old!) : null;
                }

                break;
            case PolicyEditKind.Escape:
                break;
            default:
                if (statements[edit.Statement!.Value] is JObject target)
                {
                    MakeIn(edit, target);
                }

                break;
        }
    }

    private static void MakeIn(PolicyEdit edit, JObject target)
    {
        var trail = new List<JObject> { target };
        foreach (string name in edit.Path.Take(edit.Path.Count - 1))
        {
            if (Find(trail[^1], name)?.Value is not JObject inner)
            {
                if (edit.Kind is not (PolicyEditKind.Set or PolicyEditKind.Add))
                {
                    return;
                }

                // A principal without its kind stands for one of the kind that is meant.
                JProperty? plain = Find(trail[^1], name);
                inner = plain is { Value: JValue { Type: JTokenType.String } or JArray } ? new JObject { [edit.Path[trail.Count]] = plain.Value } : [];
                trail[^1][plain?.Name ?? name] = inner;
            }

            trail.Add(inner);
        }

        string last = edit.Path[^1];
        JProperty? element = Find(trail[^1], last);
        switch (edit.Kind)
        {
            case PolicyEditKind.Set:
                trail[^1][element?.Name ?? last] = edit.Content!.DeepClone();
                break;
            case PolicyEditKind.Rename when element is not null && !trail[^1].ContainsKey(edit.Values[0]):
                element.Replace(new JProperty(edit.Values[0], element.Value));
                break;
            case PolicyEditKind.Remove when edit.Values.Count == 0:
                element?.Remove();
                break;
            case PolicyEditKind.Add:
                Put(trail[^1], element?.Name ?? last, [.. Texts(element?.Value), .. edit.Values.Select(value => new JValue(value))]);
                break;
            case PolicyEditKind.Remove when element is not null:
                Put(trail[^1], element.Name, [.. Texts(element.Value).Where(item => !edit.Values.Contains((string?)item))]);
                break;
            case PolicyEditKind.Replace when element is not null:
                Put(trail[^1], element.Name, [.. Texts(element.Value).SelectMany<JToken, JToken>(item => (string?)item == edit.Old ? edit.Values.Select(value => new JValue(value)) : [item])]);
                break;
        }

        // An element in which nothing is left goes with its last value.
        for (int i = trail.Count - 1; i > 0 && trail[i].Count == 0; i--)
        {
            trail[i].Parent?.Remove();
        }
    }

    private static JProperty? Find(JObject json, string name) => json.Property(name, StringComparison.Ordinal) ?? json.Property(name, StringComparison.OrdinalIgnoreCase);

    private static JToken[] Texts(JToken? value) => value is null ? [] : value is JArray list ? [.. list] : [value];

    private static void Put(JObject json, string name, JToken[] items)
    {
        JToken[] distinct = [.. items.DistinctBy(item => item.ToString(), StringComparer.Ordinal)];
        if (distinct.Length == 0)
        {
            json.Remove(name);
        }
        else
        {
            json[name] = distinct is [var only] && json[name] is not JArray ? only : new JArray(distinct);
        }
    }

    private static JToken Without(JToken json, string character) => json switch
    {
        JObject inner => new JObject(inner.Properties().Select(
            property => new JProperty(property.Name.Replace(character, "", StringComparison.Ordinal), Without(property.Value, character)))),
        JArray list => new JArray(list.Select(item => Without(item, character))),
        JValue { Type: JTokenType.String } text => new JValue(((string)text!).Replace(character, "", StringComparison.Ordinal)),
        _ => json,
    };
}
