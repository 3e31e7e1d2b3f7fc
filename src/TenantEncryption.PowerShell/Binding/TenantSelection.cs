using System.Management.Automation;
using TenantEncryption.Tenants;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Finds the tenants that ids and wildcards mean.</summary>
internal static class TenantSelection
{
    /// <summary>Each tenant that is meant, once. An exact id goes before a wildcard; a wildcard may fit none.</summary>
    /// <param name="service">Core.</param>
    /// <param name="ids">The ids and wildcards.</param>
    /// <param name="report">Takes <c>TENANT_NOT_FOUND</c> of an id without wildcards, with the id; the others go on.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public static async Task<IReadOnlyList<EncryptionTenant>> SelectAsync(
        TenantEncryptionService service, IReadOnlyList<string> ids, Action<TenantEncryptionException, object?> report, CancellationToken cancellationToken)
    {
        var found = new List<EncryptionTenant>();
        IReadOnlyList<EncryptionTenant>? all = null;
        foreach (string id in ids)
        {
            if (WildcardPattern.ContainsWildcardCharacters(id))
            {
                all ??= await service.Tenants.ListAsync(cancellationToken).ConfigureAwait(false);
                var pattern = new WildcardPattern(id);
                found.AddRange(all.Any(tenant => tenant.TenantId == id) ? all.Where(tenant => tenant.TenantId == id) : all.Where(tenant => pattern.IsMatch(tenant.TenantId)));
                continue;
            }

            try
            {
                found.Add(await service.Tenants.GetAsync(id, cancellationToken).ConfigureAwait(false));
            }
            catch (TenantEncryptionException exception)
            {
                report(exception, id);
            }
        }

        return [.. found.DistinctBy(tenant => tenant.TenantId, StringComparer.Ordinal)];
    }
}
