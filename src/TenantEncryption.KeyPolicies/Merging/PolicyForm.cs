using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Merging;

/// <summary>
/// The form in which two policies that mean the same are equal: the order of statements says nothing, and what each says is
/// <see cref="StatementFacts"/>. KMS reorders and unlists values when it stores a policy, and shows an account as its root.
/// </summary>
internal static class PolicyForm
{
    /// <summary>Whether two policies mean the same.</summary>
    public static bool AreSame(string one, string other) => one == other || Of(PolicyJson.Parse(one)).SequenceEqual(Of(PolicyJson.Parse(other)));

    /// <summary>Whether two statements mean the same.</summary>
    public static bool AreSame(JToken one, JToken other) => OfStatement(one) == OfStatement(other);

    private static IEnumerable<string> Of(JToken policy) => policy.Children<JProperty>().SelectMany(OfElement).Order(StringComparer.Ordinal);

    private static IEnumerable<string> OfElement(JProperty element) =>
        element.Name != "Statement" ? [element.ToString(Formatting.None)]
        : element.Value is JArray list ? list.Select(OfStatement)
        : [OfStatement(element.Value)];

    private static string OfStatement(JToken statement) =>
        new JArray(StatementFacts.Of(statement).Keys.Order(StringComparer.Ordinal)).ToString(Formatting.None);
}
