namespace TenantEncryption.Tenants;

/// <summary>Something by which data of a shredded tenant may still be read.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Detail">Which one, and what it opens.</param>
/// <param name="Remedy">What ends that.</param>
public sealed record UnreachedCopy(UnreachedCopyKind Kind, string Detail, string Remedy)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind}: {Detail}";
}
