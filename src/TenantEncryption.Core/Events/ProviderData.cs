using Newtonsoft.Json.Linq;
using TenantEncryption.Providers;

namespace TenantEncryption.Events;

/// <summary>A key provider in the data of events.</summary>
internal static class ProviderData
{
    /// <summary>What every event of a provider's says of it.</summary>
    public static JObject Of(KeyProvider provider) => new()
    {
        ["providerId"] = provider.Id,
        ["provider"] = provider.Name,
        ["type"] = provider.Type.ToString(),
        ["status"] = provider.Status.ToString(),
        ["keyArn"] = provider.KeyArn,
        ["secondLayer"] = provider.SecondLayer,
    };
}
