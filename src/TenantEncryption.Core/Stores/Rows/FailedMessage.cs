using TenantEncryption.Data;

namespace TenantEncryption.Migration;

/// <summary>A message that a Reencrypt could not write anew.</summary>
/// <param name="MigrationId">The migration.</param>
/// <param name="Entry">The message as the catalog has it; of one that was read from the store, the name and the keys alone.</param>
/// <param name="Code">Why.</param>
/// <param name="Detail">The same in words.</param>
internal sealed record FailedMessage(string MigrationId, CatalogEntry Entry, string Code, string? Detail);
