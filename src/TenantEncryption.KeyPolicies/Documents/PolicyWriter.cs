using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Documents;

/// <summary>Writes policies as KMS takes them: characters beyond ASCII escaped, and without white space where they would be too long with it.</summary>
internal static class PolicyWriter
{
    private const string Version = "2012-10-17";

    /// <summary>A policy of these statements.</summary>
    public static JObject Document(IEnumerable<JObject> statements) => new() { ["Version"] = Version, ["Statement"] = new JArray(statements) };

    /// <summary>The text of a policy, indented where KMS takes it so.</summary>
    public static string Write(JToken policy)
    {
        string indented = Write(policy, Formatting.Indented);
        return indented.Length <= KeyPolicyText.MaximumLength ? indented : Write(policy, Formatting.None);
    }

    private static string Write(JToken policy, Formatting formatting)
    {
        using var text = new StringWriter(System.Globalization.CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var writer = new JsonTextWriter(text) { Formatting = formatting, StringEscapeHandling = StringEscapeHandling.EscapeNonAscii };
        policy.WriteTo(writer);
        writer.Flush();
        return text.ToString();
    }
}
