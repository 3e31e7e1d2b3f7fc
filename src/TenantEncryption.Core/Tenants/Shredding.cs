using Newtonsoft.Json.Linq;

namespace TenantEncryption.Tenants;

/// <summary>A shredding that began: what the event of the tenant's removal says of it.</summary>
/// <param name="data">The event's data.</param>
/// <param name="isDone">Whether it is done.</param>
internal sealed class Shredding(JObject data, bool isDone)
{
    private static readonly string[] Kept = ["keys", "providers", "messages", "values"];

    /// <summary>Whether it is done.</summary>
    public bool IsDone => isDone;

    /// <summary>The root key under which the tenant's keys were sealed last; <see langword="null"/> where it never had a part.</summary>
    public string? RootKeyId => (string?)data["rootKeyId"];

    /// <summary>The customer master keys that open records of the tenant by themselves.</summary>
    public IEnumerable<string> MasterKeys => data["masterKeys"]!.Values<string>()!;

    /// <summary>What went, for the event that ends it.</summary>
    public JObject Describe() => new(Kept.Select(name => new JProperty(name, data[name]!.DeepClone())));
}
