namespace TenantEncryption.Migration;

/// <summary>Somebody who works on a migration.</summary>
/// <param name="Id">What tells it from the others.</param>
/// <param name="SessionId">The session of its process.</param>
internal sealed record MigrationRunner(string Id, string SessionId);
