using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Providers;

namespace TenantEncryption.Sql.Values;

/// <summary>The grants of a provider as a JSON array.</summary>
internal static class StoredGrants
{
    /// <summary>Writes them.</summary>
    public static string Write(IEnumerable<ProviderGrant> grants) => new JArray(grants.Select(grant => new JObject
    {
        ["id"] = grant.GrantId,
        ["key"] = grant.KeyArn,
        ["tenant"] = grant.TenantId,
        ["grantee"] = grant.GranteePrincipal,
    })).ToString(Formatting.None);

    /// <summary>Reads them.</summary>
    public static IReadOnlyList<ProviderGrant> Read(string text) => text == "[]" ? [] : Array.AsReadOnly(
    [
        .. JsonConvert.DeserializeObject<JArray>(text, new JsonSerializerSettings { DateParseHandling = DateParseHandling.None })!.Select(grant => new ProviderGrant
        {
            GrantId = (string)grant["id"]!,
            KeyArn = (string)grant["key"]!,
            TenantId = (string)grant["tenant"]!,
            GranteePrincipal = (string)grant["grantee"]!,
        }),
    ]);
}
