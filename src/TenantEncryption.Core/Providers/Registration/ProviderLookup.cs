using TenantEncryption.Errors;
using TenantEncryption.Keys;

namespace TenantEncryption.Providers;

/// <summary>What a reference to a key provider means: an ARN (<c>arn:…</c>), an id (<c>kp-…</c>), <c>Internal</c>, else a name, literally.</summary>
internal static class ProviderLookup
{
    /// <summary>The providers that a reference may name.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="tenantId">The tenant whose provider it is; <see langword="null"/> for any tenant's.</param>
    public static KeyProviderFilter FilterOf(string reference, string? tenantId)
    {
        var filter = new KeyProviderFilter { TenantId = tenantId };
        return reference.StartsWith("arn:", StringComparison.Ordinal) ? filter with { KeyArn = reference }
            : reference.StartsWith(Identifiers.ProviderPrefix, StringComparison.Ordinal) ? filter with { Id = reference }
            : string.Equals(reference, ProviderNameRule.InternalReference, StringComparison.OrdinalIgnoreCase) ? filter with { Type = KeyProviderType.Internal }
            : filter with { Name = reference };
    }

    /// <summary>The one provider that was found.</summary>
    /// <exception cref="TenantEncryptionException"><c>PROVIDER_NOT_FOUND</c>; <c>AMBIGUOUS_PROVIDER</c>, whose message lists those that fit.</exception>
    public static KeyProvider One(string reference, string? tenantId, IReadOnlyList<KeyProvider> found)
    {
        string of = tenantId is null ? "" : $" of tenant '{tenantId}'";
        return found.Count switch
        {
            1 => found[0],
            0 => throw new TenantEncryptionException(ErrorCodes.ProviderNotFound, $"No key provider{of} fits '{reference}'."),
            _ => throw new TenantEncryptionException(
                ErrorCodes.AmbiguousProvider,
                $"'{reference}' fits {found.Count} key providers: {string.Join(", ", found.Take(10).Select(one => $"{one.Id} of tenant '{one.TenantId}'"))}."),
        };
    }
}
