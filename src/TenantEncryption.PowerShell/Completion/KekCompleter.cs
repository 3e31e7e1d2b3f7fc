namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the ids of key-encryption keys: of the tenant that is already on the line; without one of all tenants, where these are few.</summary>
public sealed class KekCompleter : Completer
{
    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) =>
        StoreCompletion.List(service => StoreCompletion.EachAsync(TenantsOf(line), id => service.Keys.ListAsync(id)))
            .Select(key => new Candidate(key.KekId, $"{key.Status}, tenant {key.TenantId}, {key.ProviderName}"));

    private static IEnumerable<string> TenantsOf(TypedLine line) =>
        line.Text("TenantId") is { } tenantId ? [tenantId] : StoreCompletion.FewTenants().Select(tenant => tenant.TenantId);
}
