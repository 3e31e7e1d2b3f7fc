using TenantEncryption.Keys;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the ids of key-encryption keys: of the tenant that is already on the line, else of all.</summary>
public sealed class KekCompleter : Completer
{
    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) =>
        StoreCompletion.List(service => ListAsync(service, line.Text("TenantId")))
            .Select(key => new Candidate(key.KekId, $"{key.Status}, tenant {key.TenantId}, {key.ProviderName}"));

    private static async Task<IReadOnlyList<KeyEncryptionKey>> ListAsync(TenantEncryptionService service, string? tenantId)
    {
        var keys = new List<KeyEncryptionKey>();
        IEnumerable<string> tenants = tenantId is not null
            ? [tenantId]
            : (await service.Tenants.ListAsync().ConfigureAwait(false)).Select(tenant => tenant.TenantId);
        foreach (string one in tenants)
        {
            keys.AddRange(await service.Keys.ListAsync(one).ConfigureAwait(false));
        }

        return keys;
    }
}
