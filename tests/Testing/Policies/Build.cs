using Newtonsoft.Json.Linq;
using TenantEncryption.Policies;

namespace TenantEncryption.Testing.Policies;

/// <summary>Policies and requests in few words.</summary>
internal static class Build
{
    public const string Account = "111122223333";
    public const string OtherAccount = "444455556666";
    public const string Root = "arn:aws:iam::111122223333:root";
    public const string Alice = "arn:aws:iam::111122223333:user/alice";
    public const string AppRole = "arn:aws:iam::111122223333:role/app";
    public const string AppSession = "arn:aws:sts::111122223333:assumed-role/app/worker-1";
    public const string Foreigner = "arn:aws:iam::444455556666:role/partner";
    public const string ForeignRoot = "arn:aws:iam::444455556666:root";
    public const string Service = "qbusiness.amazonaws.com";
    public const string Key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    public const string OtherKey = "arn:aws:kms:eu-west-1:111122223333:key/0000abcd-12ab-34cd-56ef-1234567890ab";

    public static JObject Policy(params JObject[] statements) =>
        new() { ["Version"] = "2012-10-17", ["Statement"] = new JArray(statements.Select(statement => statement.DeepClone())) };

    public static JObject Allow(string sid, JToken? principal, JToken action, JToken? condition = null, JToken? resource = null) =>
        Statement("Allow", sid, principal, action, condition, resource);

    public static JObject Deny(string sid, JToken? principal, JToken action, JToken? condition = null, JToken? resource = null) =>
        Statement("Deny", sid, principal, action, condition, resource);

    public static JObject Who(params string[] names) => new() { ["AWS"] = names.Length == 1 ? names[0] : new JArray(names) };

    public static JObject Condition(string @operator, string key, params object[] values) =>
        new() { [@operator] = new JObject { [key] = values.Length == 1 ? JToken.FromObject(values[0]) : JArray.FromObject(values) } };

    public static AccessRequest Ask(string principal, string action, params (string Key, string Value)[] encryptionContext)
    {
        var pairs = encryptionContext.ToDictionary(pair => pair.Key, pair => pair.Value);
        return new AccessRequest
        {
            Principal = PolicyPrincipal.Parse(principal),
            Action = action,
            Resource = Key,
            EncryptionContext = pairs,
            Context = new RequestContext().SetEncryptionContext(pairs),
        };
    }

    public static AccessRequest With(this AccessRequest request, string key, params string[] values)
    {
        request.Context.Set(key, values);
        return request;
    }

    private static JObject Statement(string effect, string sid, JToken? principal, JToken action, JToken? condition, JToken? resource)
    {
        var statement = new JObject { ["Sid"] = sid, ["Effect"] = effect, ["Action"] = action, ["Resource"] = resource ?? "*" };
        if (principal is not null)
        {
            statement["Principal"] = principal;
        }

        if (condition is not null)
        {
            statement["Condition"] = condition;
        }

        return statement;
    }
}
