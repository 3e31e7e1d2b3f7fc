using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Policies.Conditions;

namespace TenantEncryption.Policies;

/// <summary>Reads the IAM policy language (IAM User Guide, "Grammar of the IAM JSON policy language").</summary>
internal sealed class PolicyParser(PolicyKind kind)
{
    private const int MaximumDepth = 16;
    private const string Version2012 = "2012-10-17";
    private const string Version2008 = "2008-10-17";

    private static readonly string[] StatementElements =
        ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

    // One string for each condition key of the document, so that evaluation can tell by reference that it asks for the same again.
    private readonly Dictionary<string, string> _keys = new(StringComparer.OrdinalIgnoreCase);

    private bool _variables;

    public IReadOnlyList<PolicyStatement> Parse(string json)
    {
        JObject document = Load(json);
        string version = Text(document["Version"], "Version") ?? Version2008;
        if (version is not (Version2012 or Version2008))
        {
            throw Malformed($"The version '{version}' is neither {Version2012} nor {Version2008}.");
        }

        _variables = version == Version2012;
        foreach (JProperty element in document.Properties())
        {
            if (element.Name is not ("Version" or "Id" or "Statement"))
            {
                throw Malformed($"There is no element '{element.Name}' in a policy.");
            }
        }

        JToken[] statements = document["Statement"] switch
        {
            JArray array => [.. array],
            JObject single => [single],
            _ => throw Malformed("Statement must be a statement or a list of them."),
        };
        if (statements.Length == 0)
        {
            throw Malformed("A policy needs at least one statement.");
        }

        return [.. statements.Select((statement, index) => Statement(
            statement as JObject ?? throw Malformed($"Statement {index} is not an object."), index))];
    }

    private static JObject Load(string json)
    {
        try
        {
            // Newtonsoft also reads single quotes, comments and trailing commas; IAM does not.
            using (System.Text.Json.JsonDocument.Parse(json))
            {
            }

            // Dates stay text: 2012-10-17 is a version.
            using var reader = new JsonTextReader(new StringReader(json));
            reader.DateParseHandling = DateParseHandling.None;
            reader.MaxDepth = MaximumDepth;
            var settings = new JsonLoadSettings { DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error };
            return JToken.ReadFrom(reader, settings) as JObject ?? throw Malformed("The policy is not a JSON object.");
        }
        catch (Exception e) when (e is JsonException or System.Text.Json.JsonException)
        {
            throw new TenantEncryptionException(ErrorCodes.MalformedPolicy, $"The policy is not valid JSON: {e.Message}", e);
        }
    }

    private PolicyStatement Statement(JObject json, int index)
    {
        foreach (JProperty element in json.Properties())
        {
            if (!StatementElements.Contains(element.Name))
            {
                throw Malformed($"Statement {index} has an element '{element.Name}', which the policy language lacks.");
            }
        }

        PolicyEffect effect = Text(json["Effect"], "Effect") switch
        {
            "Allow" => PolicyEffect.Allow,
            "Deny" => PolicyEffect.Deny,
            _ => throw Malformed($"The Effect of statement {index} must be Allow or Deny."),
        };
        (string[]? actions, bool notAction) = OneOf(json, "Action", "NotAction", index);
        (string[]? resources, bool notResource) = OneOf(json, "Resource", "NotResource", index);
        if (kind == PolicyKind.TrustPolicy)
        {
            resources ??= ["*"];
        }

        if (kind != PolicyKind.KeyPolicy && (actions is null || resources is null))
        {
            throw Malformed($"Statement {index} needs an Action and a Resource.");
        }

        foreach (string action in actions ?? [])
        {
            if (action != "*" && action.Split(':') is not [not "", not ""])
            {
                throw Malformed($"'{action}' in statement {index} is not an action such as kms:Decrypt.");
            }
        }

        return new PolicyStatement(index, Text(json["Sid"], "Sid"), effect)
        {
            Principal = Principal(json, index),
            Action = actions is null ? null : new ActionElement(actions, notAction),
            Resource = resources is null ? null : new ResourceElement(resources, notResource, _variables),
            Conditions = ParseConditions(json["Condition"], index),
        };
    }

    private PrincipalElement? Principal(JObject json, int index)
    {
        bool negated = json.ContainsKey("NotPrincipal");
        if (kind == PolicyKind.IdentityPolicy)
        {
            return negated || json.ContainsKey("Principal")
                ? throw Malformed($"Statement {index} of an identity policy must not name a principal.")
                : null;
        }

        if (negated == json.ContainsKey("Principal"))
        {
            throw Malformed($"Statement {index} must have either Principal or NotPrincipal.");
        }

        JToken principal = json[negated ? "NotPrincipal" : "Principal"]!;
        string[] names = principal switch
        {
            JValue { Value: "*" } => ["*"],
            JObject kinds => [.. kinds.Properties().SelectMany(property => PrincipalNames(property, index))],
            _ => throw Malformed($"The Principal of statement {index} must be \"*\" or an object."),
        };
        return names.Length > 0
            ? new PrincipalElement(names, negated)
            : throw Malformed($"Statement {index} names no principal.");
    }

    private static IEnumerable<string> PrincipalNames(JProperty property, int index)
    {
        string[] names = Texts(property.Value, "Principal");
        return property.Name switch
        {
            "AWS" => names.Select(name => PrincipalSyntax.IsAws(name) ? name : throw InvalidPrincipal(name, index)),
            "Service" => names.Select(name => name == "*" || PrincipalSyntax.IsService(name)
                ? PrincipalElement.ServicePrefix + name
                : throw InvalidPrincipal(name, index)),
            "Federated" or "CanonicalUser" => names.Select(name => property.Name + ":" + name),
            _ => throw Malformed($"Statement {index} has a principal of an unknown kind, '{property.Name}'."),
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
            throw Malformed($"The Condition of statement {index} must be an object.");
        }

        var conditions = new List<Condition>();
        foreach (JProperty entry in operators.Properties())
        {
            ConditionOperator @operator = ConditionOperator.Parse(entry.Name)
                ?? throw Malformed($"Statement {index} has a condition operator '{entry.Name}', which IAM lacks.");
            JObject keys = entry.Value as JObject ?? throw Malformed($"{entry.Name} of statement {index} must be an object.");
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
            throw new TenantEncryptionException(
                ErrorCodes.MalformedPolicy,
                $"{@operator.Name} {key.Name} of statement {index} has a value that does not suit it: {string.Join(", ", values)}.",
                e);
        }
    }

    private static (string[]? Values, bool Negated) OneOf(JObject json, string name, string notName, int index)
    {
        JToken? positive = json[name], negative = json[notName];
        return positive is not null && negative is not null
            ? throw Malformed($"Statement {index} has both {name} and {notName}.")
            : ((positive ?? negative) is { } value ? Texts(value, name) : null, negative is not null);
    }

    private static string[] Texts(JToken json, string name) =>
        json is JArray array ? [.. array.Select(item => Scalar(item, name))] : [Scalar(json, name)];

    private static string Scalar(JToken json, string name) => json.Type switch
    {
        JTokenType.String => (string)json!,
        JTokenType.Boolean => (bool)json ? "true" : "false",
        JTokenType.Integer or JTokenType.Float => json.ToString(Formatting.None),
        _ => throw Malformed($"{name} has a value that is neither text, number nor Boolean."),
    };

    private static string? Text(JToken? json, string name) => json is null ? null
        : json.Type == JTokenType.String ? (string)json!
        : throw Malformed($"{name} must be text.");

    private static TenantEncryptionException InvalidPrincipal(string name, int index) =>
        Malformed($"Statement {index} names '{name}', which is no account, user, role, session or service. Only \"*\" may be a wildcard.");

    private static TenantEncryptionException Malformed(string detail) => new(ErrorCodes.MalformedPolicy, detail);
}
