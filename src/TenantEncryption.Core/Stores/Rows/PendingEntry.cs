namespace TenantEncryption.Data;

/// <summary>A message that is about to take its name.</summary>
/// <param name="ReservationId">The reservation under which it was written.</param>
/// <param name="Entry">What is catalogued when it has its name.</param>
internal sealed record PendingEntry(string ReservationId, CatalogEntry Entry);
