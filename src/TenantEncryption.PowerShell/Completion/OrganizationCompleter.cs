namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the organisations of the tenants that there are, where these are few.</summary>
public sealed class OrganizationCompleter : Completer
{
    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) =>
        StoreCompletion.FewTenants()
            .Where(tenant => tenant.Organization is not null)
            .GroupBy(tenant => tenant.Organization!, StringComparer.Ordinal)
            .Select(organization => new Candidate(organization.Key, $"of {string.Join(", ", organization.Select(tenant => tenant.TenantId))}"));
}
