using System.Text;
using TenantEncryption.Errors;

namespace TenantEncryption.Tenants;

/// <summary>What a tenant id may be. The id goes into encryption contexts and key policies, so what could be read as a wildcard or be written in two ways is refused.</summary>
public static class TenantIdRule
{
    /// <summary>The longest id, in UTF-16 code units.</summary>
    public const int MaxLength = 256;

    /// <summary>Checks an id.</summary>
    /// <param name="tenantId">The id to check.</param>
    /// <returns>The same id.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>, naming what is wrong.</exception>
    public static string Check(string? tenantId)
    {
        if (string.IsNullOrEmpty(tenantId))
        {
            throw Refuse("is empty");
        }

        if (tenantId.Length > MaxLength)
        {
            throw Refuse($"has {tenantId.Length} characters; {MaxLength} are the limit");
        }

        for (int i = 0; i < tenantId.Length; i++)
        {
            char c = tenantId[i];
            if (char.IsControl(c))
            {
                throw Refuse($"has a control character (U+{(int)c:X4}) at position {i + 1}");
            }

            if (c is '*' or '?')
            {
                throw Refuse($"has the wildcard '{c}' at position {i + 1}");
            }

            if (char.IsSurrogate(c) && !(char.IsHighSurrogate(c) && i + 1 < tenantId.Length && char.IsLowSurrogate(tenantId[++i])))
            {
                throw Refuse($"has half a surrogate pair at position {i + 1}");
            }
        }

        return tenantId.IsNormalized(NormalizationForm.FormC)
            ? tenantId
            : throw Refuse("is not in Unicode normalization form C");
    }

    private static TenantEncryptionException Refuse(string what) => new(ErrorCodes.InvalidInput, $"The tenant id {what}.");
}
