using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Platforms;
using TenantEncryption.Tenants;

namespace TenantEncryption.Data;

/// <summary>The encryption context of a tenant's messages: the tenant's pair, and what the user adds.</summary>
internal static class TenantContext
{
    private const string ReservedPrefix = "aws-crypto-";

    /// <summary>The context of a new message.</summary>
    /// <exception cref="TenantEncryptionException"><c>CONTEXT_MISMATCH</c>: a key is reserved, or two keys differ only by case.</exception>
    public static EncryptionContext Of(EncryptionTenant tenant, IReadOnlyDictionary<string, string>? added)
    {
        string tenantKey = tenant.Profile.ContextKey;
        var pairs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { [tenantKey] = tenant.TenantId };
        foreach ((string key, string value) in added ?? new Dictionary<string, string>())
        {
            string? fault =
                key.Length == 0 ? "is empty"
                : key.StartsWith(ReservedPrefix, StringComparison.OrdinalIgnoreCase) ? $"begins with '{ReservedPrefix}', which the message format reserves"
                : key.Equals(tenantKey, StringComparison.OrdinalIgnoreCase) ? "names the tenant, which is always added"
                : key.Equals(PlatformProfile.KekContextKey, StringComparison.OrdinalIgnoreCase) ? "is reserved for key-encryption keys"
                : !pairs.TryAdd(key, value) ? "differs from another key only by case, which KMS does not tell apart"
                : null;
            if (fault is not null)
            {
                throw new TenantEncryptionException(ErrorCodes.ContextMismatch, $"The key '{key}' of the encryption context {fault}.");
            }
        }

        return new EncryptionContext(pairs);
    }

    /// <summary>The context that a message is written with which holds what another one does: without what its suite alone added.</summary>
    public static EncryptionContext Written(EncryptionContext read) =>
        read.Any(IsOfSuite) ? new EncryptionContext(read.Where(pair => !IsOfSuite(pair))) : read;

    /// <summary>Whether a context has the tenant's own pair, exactly.</summary>
    public static bool Names(EncryptionContext context, EncryptionTenant tenant) =>
        context.TryGetValue(tenant.Profile.ContextKey, out string? value)
        && string.Equals(value, tenant.TenantId, StringComparison.Ordinal);

    private static bool IsOfSuite(KeyValuePair<string, string> pair) => pair.Key.StartsWith(ReservedPrefix, StringComparison.OrdinalIgnoreCase);
}
