using TenantEncryption.Tenants;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes tenant ids.</summary>
public sealed class TenantCompleter : Completer
{
    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line)
    {
        (IReadOnlyList<string> ids, IReadOnlyList<EncryptionTenant>? tenants) = StoreCompletion.Tenants(line.Fits);
        return tenants?.Select(tenant => new Candidate(tenant.TenantId, Describe(tenant))) ?? ids.Select(id => new Candidate(id, $"tenant {id}"));
    }

    private static string Describe(EncryptionTenant tenant) => $"{tenant.DisplayName ?? tenant.TenantId} ({tenant.Platform})";
}
