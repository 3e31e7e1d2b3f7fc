using TenantEncryption.Errors;
using TenantEncryption.Keys;

namespace TenantEncryption.Providers;

/// <summary>What a key provider's name may be: nothing that could be read as an id, an ARN or the internal provider.</summary>
internal static class ProviderNameRule
{
    /// <summary>The reference that stands for a tenant's internal provider.</summary>
    public const string InternalReference = "Internal";

    private const int MaxLength = 256;

    /// <summary>Checks a name.</summary>
    public static string Check(string name)
    {
        string? fault =
            string.IsNullOrWhiteSpace(name) ? "is empty"
            : name.Length > MaxLength ? $"is longer than {MaxLength} characters"
            : name.Any(char.IsControl) ? "has a control character"
            : LooksLikeReference(name) ? "looks like an id or an ARN"
            : string.Equals(name, InternalReference, StringComparison.OrdinalIgnoreCase) ? "is reserved for the internal provider"
            : null;
        return fault is null ? name : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"The provider name '{name}' {fault}.");
    }

    /// <summary>Refuses a name that another provider of the tenant has, in whatever case of ASCII letters.</summary>
    /// <param name="provider">The provider, with its name.</param>
    /// <param name="all">The tenant's providers.</param>
    /// <exception cref="TenantEncryptionException"><c>PROVIDER_EXISTS</c>.</exception>
    public static void RefuseTaken(KeyProvider provider, IReadOnlyList<KeyProvider> all)
    {
        if (all.FirstOrDefault(other => other.Id != provider.Id && string.Equals(other.Name, provider.Name, StringComparison.OrdinalIgnoreCase)) is { } sameName)
        {
            throw new TenantEncryptionException(
                ErrorCodes.ProviderExists, $"Tenant '{provider.TenantId}' has a key provider '{sameName.Name}' ({sameName.Id}) already.");
        }
    }

    private static bool LooksLikeReference(string name) =>
        name.StartsWith("arn:", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith(Identifiers.ProviderPrefix, StringComparison.OrdinalIgnoreCase)
        || name.StartsWith(Identifiers.KekPrefix, StringComparison.OrdinalIgnoreCase)
        || name.StartsWith(Identifiers.MigrationPrefix, StringComparison.OrdinalIgnoreCase);
}
