using Newtonsoft.Json;

namespace TenantEncryption.Events;

/// <summary>The details of an event. As text, in a CSV file too, they are JSON.</summary>
internal sealed class EventData : Dictionary<string, object?>
{
    /// <summary>Makes a map without entries.</summary>
    public EventData()
        : base(StringComparer.Ordinal)
    {
    }

    /// <inheritdoc/>
    public override string ToString() => JsonConvert.SerializeObject(this);
}
