using TenantEncryption.Keys;

namespace TenantEncryption.Data;

/// <summary>What wraps the data keys of some of a tenant's messages.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Id">The id of a key-encryption key, or of the provider whose master key wraps them itself.</param>
internal sealed record MessageSource(string TenantId, string Id)
{
    /// <summary>Whether it is a key-encryption key.</summary>
    public bool IsKek => Id.StartsWith(Identifiers.KekPrefix, StringComparison.Ordinal);
}
