using TenantEncryption.Tenants;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes tenant ids.</summary>
public sealed class TenantCompleter : Completer
{
    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) =>
        StoreCompletion.List(service => service.Tenants.ListAsync()).Select(tenant => new Candidate(tenant.TenantId, Describe(tenant)));

    private static string Describe(EncryptionTenant tenant) => $"{tenant.DisplayName ?? tenant.TenantId} ({tenant.Platform})";
}
