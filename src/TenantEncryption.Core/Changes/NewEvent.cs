using Newtonsoft.Json.Linq;

namespace TenantEncryption.Changes;

/// <summary>An event that a change records.</summary>
/// <param name="Type">One of <see cref="Events.EventTypes"/>.</param>
/// <param name="TenantId">The tenant that it is about; <see langword="null"/> for the store.</param>
/// <param name="Time">When it happened.</param>
/// <param name="Data">The details.</param>
internal sealed record NewEvent(string Type, string? TenantId, DateTimeOffset Time, JObject Data);
