using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Findings;
using static TenantEncryption.Testing.Policies.Build;

namespace TenantEncryption.Testing.Policies;

/// <summary>Slips in the condition of a platform's statement.</summary>
internal static class ConditionMistakes
{
    private const string Malformed = PolicyFindingCodes.MalformedStatement;
    private const string WrongValue = PolicyFindingCodes.WrongContextValue;
    private const string WrongKey = PolicyFindingCodes.WrongContextKey;
    private const string NotMet = PolicyFindingCodes.ConditionNotMet;
    private const string NotEnforced = PolicyFindingCodes.ContextNotEnforced;

    public static IEnumerable<Mistake> All => [.. Values, .. Keys, .. Operators, .. Amazons];

    private static IEnumerable<Mistake> Values =>
    [
        Valued("the tenant is another one", "tenant-of-others"),
        Valued("the tenant differs by case", MistakeScene.TenantId.ToUpperInvariant()) with { Says = "differs by case" },
        Valued("a blank follows the tenant", MistakeScene.TenantId + " ") with { Says = "white space" },
        Valued("a hidden character is in the tenant", MistakeScene.TenantId.Insert(4, "\u200B")) with { Says = "<U+200B>" },
        Valued("a byte order mark precedes the tenant", "\uFEFF" + MistakeScene.TenantId) with { Says = "<U+FEFF>" },
        Valued("a non-breaking blank follows the tenant", MistakeScene.TenantId + "\u00A0") with { Says = "<U+00A0>" },
        Valued("the tenant has quotes of its own", $"\"{MistakeScene.TenantId}\""),
        Valued("a letter of the tenant is missing", MistakeScene.TenantId.Remove(5, 1)),
        Valued("two letters of the tenant are swapped", StatementMistakes.Swap(MistakeScene.TenantId, 4)),
        Valued("O stands for 0 in the tenant", MistakeScene.TenantId.Replace('0', 'O')),
        Valued("the tenant was never put in", "<tenant id>"),
        Valued("the placeholder is left", "{{TenantIds}}"),
        Valued("the list of tenants is one text", $"{MistakeScene.TenantId},tenant-of-others") with { Says = "one text" },
        Valued("there is no tenant in the list") with { Says = "lists nothing" },
        Valued("a variable stands for the tenant", "${aws:PrincipalTag/TenantId}"),
        Listed("there is another tenant beside", "", MistakeScene.TenantId, "tenant-of-others") with { Applies = scene => scene.HasContext && !scene.IsSession },
    ];

    private static IEnumerable<Mistake> Keys =>
    [
        Keyed("the context key is another one", key => key[..key.LastIndexOf(':')] + ":Organization"),
        Keyed("the context key is misspelt", key => key.Remove(key.Length - 2, 1)),
        Keyed("the condition key lacks the pair", _ => "kms:EncryptionContext"),
        Keyed("the condition key lacks kms", key => key["kms:".Length..]),
        Keyed("a blank precedes the condition key", key => " " + key),
        Keyed("the condition key is the pair alone", key => key[(key.LastIndexOf(':') + 1)..]),
        Keyed("the condition key has a letter too few", key => key.Replace("EncryptionContext", "EncryptonContext", StringComparison.Ordinal)),
        Keyed("the condition key is EncryptionContextKeys", _ => "kms:EncryptionContextKeys"),
        Keyed("the condition key has a dot", key => key.Replace("Context:", "Context.", StringComparison.Ordinal)),
        Keyed("the condition key is in another case", key => key.ToUpperInvariant()) with { Finding = "" },
        new Mistake("key and value of the context are wrong", WrongKey, (scene, policy) =>
        {
            Statement(policy)["Condition"] = Condition("StringEquals", "kms:EncryptionContext:tenant", "tenant-of-others");
            return policy.ToString();
        }) { Applies = scene => scene.HasContext },
    ];

    private static IEnumerable<Mistake> Operators =>
    [
        Tested("the operator is StringNotEquals", "StringNotEquals", NotMet) with { Says = "StringNotEquals" },
        Tested("the operator is StringNotLike", "StringNotLike", NotMet),
        Tested("the operator is ArnEquals", "ArnEquals", NotMet),
        Tested("the operator is Null", "Null", Malformed),
        Tested("the operator is misspelt", "StringEqual", Malformed),
        Tested("the operator is in lower case", "stringequals", ""),
        Tested("the operator is Equals", "Equals", Malformed),
        Tested("the operator is numeric", "NumericEquals", Malformed),
        Tested("the operator is StringEqualsIfExists", "StringEqualsIfExists", NotEnforced) with { Applies = scene => scene.HasContext },
        Tested("the operator is StringEqualsIgnoreCase", "StringEqualsIgnoreCase", NotEnforced) with { Applies = scene => scene.HasContext },
        Tested("the operator is ForAllValues:StringEquals", "ForAllValues:StringEquals", NotEnforced) with { Applies = scene => scene.HasContext },
        Made("any tenant will do", NotEnforced, scene => Condition("StringLike", scene.ContextKey, "*")),
        Made("any tenant that begins like it will do", NotEnforced, scene => Condition("StringLike", scene.ContextKey, MistakeScene.TenantId + "*")),
        Made("the condition only asks for the key", NotEnforced, scene => Condition("Null", scene.ContextKey, "false")),
        new Mistake("the condition is missing", NotEnforced, (_, policy) =>
        {
            Statement(policy).Remove("Condition");
            return policy.ToString();
        }) { Applies = scene => scene.HasContext },
        Made("the condition is empty", NotEnforced, _ => new JObject()),
        Made("the condition lacks its operator", Malformed, scene => new JObject { [scene.ContextKey] = MistakeScene.TenantId }),
        Made("the condition is a list", Malformed, scene => new JArray(Condition("StringEquals", scene.ContextKey, MistakeScene.TenantId))),
        More("a network is asked for", "IpAddress", "aws:SourceIp", "10.0.0.0/8"),
        More("an endpoint is asked for", "StringEquals", "aws:SourceVpce", "vpce-0123456789abcdef0"),
        More("an organisation is asked for", "StringEquals", "aws:PrincipalOrgID", "o-exampleorgid"),
        More("another account of the caller is asked for", "StringEquals", "kms:CallerAccount", OtherAccount) with { Applies = scene => scene.HasContext },
        More("a service is asked for", "StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com") with { Applies = scene => scene.HasContext },
        More("a second factor is asked for", "Bool", "aws:MultiFactorAuthPresent", "true"),
        More("a day that has passed is asked for", "DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z"),
    ];

    private static IEnumerable<Mistake> Amazons =>
    [
        Via("the region was never put in", "qbusiness.region.amazonaws.com"),
        Via("the region is another one", "qbusiness.eu-west-1.amazonaws.com"),
        Via("the service is another one", "q.us-east-1.amazonaws.com"),
        Via("the service is misspelt", "qbusines.us-east-1.amazonaws.com"),
        Via("the service is in capitals", "QBUSINESS.us-east-1.amazonaws.com"),
        Via("the service lacks its region", "qbusiness.amazonaws.com"),
        Amazon("the caller's account is another one", NotMet, condition => condition["StringEquals"]!["kms:CallerAccount"] = OtherAccount),
        Amazon("the caller's account was never put in", NotMet, condition => condition["StringEquals"]!["kms:CallerAccount"] = "account_id"),
        Amazon("ViaService is misspelt", NotMet, condition => StatementMistakes.Rename((JObject)condition["StringEquals"]!, "kms:ViaService", "kms:ViaServce")),
        Amazon("ViaService lacks kms", NotMet, condition => StatementMistakes.Rename((JObject)condition["StringEquals"]!, "kms:ViaService", "ViaService")),
        Amazon("ViaService is missing", PolicyFindingCodes.ConditionNotEnforced, condition => ((JObject)condition["StringEquals"]!).Remove("kms:ViaService")),
        Amazon("the operator of both is StringNotEquals", NotMet, condition => StatementMistakes.Rename(condition, "StringEquals", "StringNotEquals")),
        Amazon("a tenant is asked for, whom Amazon Q does not name", NotMet, condition => condition["StringEquals"]!["kms:EncryptionContext:TenantId"] = "acme"),
    ];

    private static JObject Statement(JObject policy) => (JObject)policy["Statement"]![2]!;

    private static Mistake Valued(string name, params string[] values) => Listed(name, WrongValue, values);

    private static Mistake Listed(string name, string finding, params string[] values) =>
        Made(name, finding, scene => Condition("StringEquals", scene.ContextKey, [.. values]));

    private static Mistake Keyed(string name, Func<string, string> change) =>
        Made(name, WrongKey, scene => Condition("StringEquals", change(scene.ContextKey), MistakeScene.TenantId));

    private static Mistake Tested(string name, string @operator, string finding) =>
        new(name, finding, (scene, policy) =>
        {
            Statement(policy)["Condition"] = Condition(@operator, scene.ConditionKey, scene.Value);
            return policy.ToString();
        })
        { Applies = scene => scene.HasContext };

    private static Mistake Made(string name, string finding, Func<MistakeScene, JToken> condition) => new(name, finding, (scene, policy) =>
    {
        Statement(policy)["Condition"] = condition(scene);
        return policy.ToString();
    })
    { Applies = scene => scene.HasContext };

    private static Mistake More(string name, string @operator, string key, string value) => new(name, NotMet, (_, policy) =>
    {
        var condition = (JObject)Statement(policy)["Condition"]!;
        condition[@operator] ??= new JObject();
        condition[@operator]![key] = value;
        return policy.ToString();
    });

    private static Mistake Amazon(string name, string finding, Action<JObject> change) => new(name, finding, (_, policy) =>
    {
        change((JObject)Statement(policy)["Condition"]!);
        return policy.ToString();
    })
    { Applies = scene => !scene.HasContext };

    private static Mistake Via(string name, string value) => Amazon(name, NotMet, condition => condition["StringEquals"]!["kms:ViaService"] = value);
}
