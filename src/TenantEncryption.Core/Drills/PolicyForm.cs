using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Drills;

/// <summary>
/// The form in which two policies that mean the same are equal: the order of statements, of the elements of a statement and of the values of an
/// element says nothing, nor does whether one value stands alone or in a list. KMS reorders and unlists values when it stores a policy.
/// </summary>
internal static class PolicyForm
{
    /// <summary>Whether two policies mean the same.</summary>
    public static bool AreSame(string one, string other) => Of(PolicyJson.Parse(one)) == Of(PolicyJson.Parse(other));

    /// <summary>Whether two statements mean the same.</summary>
    public static bool AreSame(JToken one, JToken other) => Of(one) == Of(other);

    private static string Of(JToken token) => token switch
    {
        JObject named => $"{{{string.Join(',', named.Properties().Select(one => $"{JsonConvert.ToString(one.Name)}:{Of(one.Value)}").Order(StringComparer.Ordinal))}}}",
        JArray { Count: 1 } list => Of(list[0]),
        JArray list => $"[{string.Join(',', list.Select(Of).Order(StringComparer.Ordinal))}]",
        _ => token.ToString(Formatting.None),
    };
}
