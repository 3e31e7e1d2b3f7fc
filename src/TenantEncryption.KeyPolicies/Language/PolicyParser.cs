using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Conditions;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies;

/// <summary>Reads the IAM policy language (IAM User Guide, "Grammar of the IAM JSON policy language").</summary>
internal sealed class PolicyParser(PolicyKind kind)
{
    private const string Version2012 = "2012-10-17";
    private const string Version2008 = "2008-10-17";

    private static readonly string[] StatementElements =
        ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

    // One string for each condition key of the document, so that evaluation can tell by reference that it asks for the same again.
    private readonly Dictionary<string, string> _keys = new(StringComparer.OrdinalIgnoreCase);

    private string _text = "";
    // Variables came with the version of 2012, which a part is written for.
    private bool _variables = true;

    /// <summary>Reads a policy.</summary>
    /// <exception cref="TenantEncryptionException"><c>MALFORMED_POLICY</c>, telling the first fault with its place.</exception>
    public IReadOnlyList<PolicyStatement> Parse(string json)
    {
        try
        {
            return Parse(json, refused: null);
        }
        catch (PolicySyntaxException fault)
        {
            throw fault.AsKnown();
        }
    }

    /// <summary>Reads a policy, leaving out statements that are wrong.</summary>
    /// <param name="json">The document.</param>
    /// <param name="refused">Told of each statement that is wrong, with its number; when <see langword="null"/> the first one ends the reading.</param>
    /// <param name="part">Whether a statement alone, or a list of them, will do.</param>
    /// <exception cref="PolicySyntaxException">The document, or where nobody is told a statement, is wrong.</exception>
    public IReadOnlyList<PolicyStatement> Parse(string json, Action<PolicySyntaxException, int>? refused, bool part = false)
    {
        _text = json;
        JToken root = PolicyJson.Load(json);
        JToken[] statements = part && IsPart(root) ? StatementsOf(root) : OfDocument(root);
        var read = new List<PolicyStatement>(statements.Length);
        for (int index = 0; index < statements.Length; index++)
        {
            try
            {
                read.Add(Statement(statements[index] as JObject ?? throw Malformed(statements[index], $"Statement {index} is not an object."), index));
            }
            catch (PolicySyntaxException e) when (refused is not null)
            {
                refused(e, index);
            }
        }

        return read;
    }

    /// <summary>Whether it is not a whole policy but a statement of one, or a list of them, as pages of vendors show them.</summary>
    public static bool IsPart(JToken root) => root switch
    {
        JObject json => !json.ContainsKey("Statement") && json.ContainsKey("Effect"),
        JArray { Count: > 0 } list => list.All(item => item is JObject json && IsPart(json)),
        _ => false,
    };

    /// <summary>The statements of a policy, or of a part of one.</summary>
    public static JToken[] StatementsOf(JToken root) => root switch
    {
        JArray list => [.. list],
        JObject policy when policy["Statement"] is { } statement => StatementsOf(statement),
        _ => [root],
    };

    private JToken[] OfDocument(JToken root)
    {
        JObject document = root as JObject ?? throw Malformed(root, "The policy is not a JSON object.");
        string version = Text(document["Version"], "Version") ?? Version2008;
        if (version is not (Version2012 or Version2008))
        {
            throw Malformed(document["Version"]!, $"The version '{version}' is neither {Version2012} nor {Version2008}.");
        }

        _variables = version == Version2012;
        foreach (JProperty element in document.Properties())
        {
            if (element.Name is not ("Version" or "Id" or "Statement"))
            {
                throw Malformed(element, $"There is no element '{element.Name}' in a policy.");
            }
        }

        JToken? list = document["Statement"];
        return list is not (JArray or JObject) ? throw Malformed(list ?? document, "Statement must be a statement or a list of them.")
            : list is JArray { Count: 0 } ? throw Malformed(list, "A policy needs at least one statement.")
            : StatementsOf(list);
    }

    private PolicyStatement Statement(JObject json, int index)
    {
        foreach (JProperty element in json.Properties())
        {
            if (!StatementElements.Contains(element.Name))
            {
                throw Malformed(element, $"Statement {index} has an element '{element.Name}', which the policy language lacks.");
            }
        }

        PolicyEffect effect = Text(json["Effect"], "Effect") switch
        {
            "Allow" => PolicyEffect.Allow,
            "Deny" => PolicyEffect.Deny,
            _ => throw Malformed(json["Effect"] ?? json, $"The Effect of statement {index} must be Allow or Deny."),
        };
        (string[]? actions, bool notAction) = OneOf(json, "Action", "NotAction", index);
        (string[]? resources, bool notResource) = OneOf(json, "Resource", "NotResource", index);
        if (kind == PolicyKind.TrustPolicy)
        {
            resources ??= ["*"];
        }

        if (kind != PolicyKind.KeyPolicy && (actions is null || resources is null))
        {
            throw Malformed(json, $"Statement {index} needs an Action and a Resource.");
        }

        foreach ((string action, int at) in (actions ?? []).Select((action, at) => (action, at)))
        {
            if (action != "*" && action.Split(':') is not [not "", not ""])
            {
                throw Malformed(Item(json["Action"] ?? json["NotAction"]!, at), $"'{action}' in statement {index} is not an action such as kms:Decrypt.");
            }
        }

        return new PolicyStatement(index, Text(json["Sid"], "Sid"), effect)
        {
            Principal = Principal(json, effect, index),
            Action = actions is null ? null : new ActionElement(actions, notAction),
            Resource = resources is null ? null : new ResourceElement(resources, notResource, _variables),
            Conditions = ParseConditions(json["Condition"], index),
        };
    }

    private PrincipalElement? Principal(JObject json, PolicyEffect effect, int index)
    {
        bool negated = json.ContainsKey("NotPrincipal");
        if (kind == PolicyKind.IdentityPolicy)
        {
            return negated || json.ContainsKey("Principal")
                ? throw Malformed(json, $"Statement {index} of an identity policy must not name a principal.")
                : null;
        }

        if (negated == json.ContainsKey("Principal"))
        {
            throw Malformed(json, $"Statement {index} must have either Principal or NotPrincipal.");
        }

        JToken principal = json[negated ? "NotPrincipal" : "Principal"]!;
        string[] names = principal switch
        {
            JValue { Value: "*" } => ["*"],
            JObject kinds => [.. kinds.Properties().SelectMany(property => PrincipalNames(property, index))],
            _ => throw Malformed(principal, $"The Principal of statement {index} must be \"*\" or an object."),
        };
        return names.Length > 0
            ? new PrincipalElement(names, negated, effect)
            : throw Malformed(principal, $"Statement {index} names no principal.");
    }

    private IEnumerable<string> PrincipalNames(JProperty property, int index)
    {
        string[] names = Texts(property.Value, "Principal");
        return property.Name switch
        {
            "AWS" => names.Select((name, at) => PrincipalSyntax.IsAws(name) ? name : throw InvalidPrincipal(property, at, index)),
            "Service" => names.Select((name, at) => name == "*" || PrincipalSyntax.IsService(name)
                ? PrincipalElement.ServicePrefix + name
                : throw InvalidPrincipal(property, at, index)),
            "Federated" or "CanonicalUser" => names.Select(name => property.Name + ":" + name),
            _ => throw Malformed(property, $"Statement {index} has a principal of an unknown kind, '{property.Name}'."),
        };
    }

    private Condition[] ParseConditions(JToken? json, int index)
    {
        if (json is null)
        {
            return [];
        }

        if (json is not JObject operators)
        {
            throw Malformed(json, $"The Condition of statement {index} must be an object.");
        }

        var conditions = new List<Condition>();
        foreach (JProperty entry in operators.Properties())
        {
            ConditionOperator @operator = ConditionOperator.Parse(entry.Name)
                ?? throw Malformed(entry, $"Statement {index} has a condition operator '{entry.Name}', which IAM lacks.");
            JObject keys = entry.Value as JObject ?? throw Malformed(entry, $"{entry.Name} of statement {index} must be an object.");
            foreach (JProperty key in keys.Properties())
            {
                conditions.Add(ParseCondition(@operator, key, index));
            }
        }

        return [.. conditions];
    }

    private Condition ParseCondition(ConditionOperator @operator, JProperty key, int index)
    {
        string[] values = Texts(key.Value, key.Name);
        if (!_keys.TryGetValue(key.Name, out string? name))
        {
            _keys[key.Name] = name = key.Name;
        }

        try
        {
            return new Condition(@operator, name, values, ValueTest.Create(@operator.Comparison, values, _variables));
        }
        catch (FormatException e)
        {
            throw Malformed(key, $"{@operator.Name} {key.Name} of statement {index} has a value that does not suit it: {string.Join(", ", values)}.", e);
        }
    }

    private (string[]? Values, bool Negated) OneOf(JObject json, string name, string notName, int index)
    {
        JToken? positive = json[name], negative = json[notName];
        return positive is not null && negative is not null
            ? throw Malformed(json, $"Statement {index} has both {name} and {notName}.")
            : ((positive ?? negative) is { } value ? Texts(value, name) : null, negative is not null);
    }

    private string[] Texts(JToken json, string name) =>
        json is JArray array ? [.. array.Select(item => Scalar(item, name))] : [Scalar(json, name)];

    private string Scalar(JToken json, string name) => json.Type switch
    {
        JTokenType.String => (string)json!,
        JTokenType.Boolean => (bool)json ? "true" : "false",
        JTokenType.Integer or JTokenType.Float => json.ToString(Formatting.None),
        _ => throw Malformed(json, $"{name} has a value that is neither text, number nor Boolean."),
    };

    private string? Text(JToken? json, string name) => json is null ? null
        : json.Type == JTokenType.String ? (string)json!
        : throw Malformed(json, $"{name} must be text.");

    private static JToken Item(JToken list, int index) => list is JArray array ? array[index] : list;

    private PolicySyntaxException InvalidPrincipal(JProperty property, int at, int index)
    {
        JToken name = Item(property.Value, at);
        return Malformed(
            name, $"Statement {index} names '{name}', which is no account, user, role, session or service. Only \"*\" may be a wildcard.");
    }

    private PolicySyntaxException Malformed(JToken at, string fault, Exception? inner = null) =>
        new(fault, new JsonLocations(_text).Find(at), isJson: true, inner, at);
}
