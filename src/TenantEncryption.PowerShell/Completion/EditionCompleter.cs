namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes editions: those that a platform's rules name, and those of the tenants there are, where these are few.</summary>
public sealed class EditionCompleter : Completer
{
    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) =>
        StoreCompletion.Platforms(line)
            .SelectMany(platform => platform.InternalOnlyEditions.Select(edition => (Edition: edition, Tip: $"of {platform.Name}; it has no keys of its own")))
            .Concat(StoreCompletion.FewTenants()
                .Where(tenant => tenant.Edition is not null)
                .Select(tenant => (Edition: tenant.Edition!, Tip: $"of tenant {tenant.TenantId}")))
            .DistinctBy(pair => pair.Edition, StringComparer.Ordinal)
            .Select(pair => new Candidate(pair.Edition, pair.Tip));
}
