namespace TenantEncryption.MasterKeys;

/// <summary>A change of a master key's state.</summary>
/// <param name="Command">The command, for the event log.</param>
/// <param name="EventType">The event's type.</param>
/// <param name="Shuts">Whether nothing may be read under the key from now on.</param>
internal sealed record RegionalChange(string Command, string EventType, bool Shuts);
