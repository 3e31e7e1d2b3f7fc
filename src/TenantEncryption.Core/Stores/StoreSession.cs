namespace TenantEncryption.Stores;

/// <summary>A process that holds reservations or runs migrations. One without a heartbeat for ten seconds counts as dead.</summary>
/// <param name="Id">The id, random.</param>
/// <param name="Machine">The machine's name.</param>
/// <param name="ProcessId">The process id on that machine.</param>
/// <param name="HeartbeatAt">When it last said that it lives.</param>
internal sealed record StoreSession(string Id, string Machine, int ProcessId, DateTimeOffset HeartbeatAt);
