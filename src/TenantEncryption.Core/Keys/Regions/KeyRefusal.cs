using TenantEncryption.Errors;
using TenantEncryption.Platforms;

namespace TenantEncryption.Keys.Regions;

/// <summary>Tells answers by which KMS, or its owner, withdraws a key from those that concern one call or caller alone.</summary>
internal static class KeyRefusal
{
    private static readonly HashSet<string> Codes = new(StringComparer.Ordinal)
    {
        ErrorCodes.PolicyDenied, ErrorCodes.KeyNotFound, ErrorCodes.KeyDisabled, ErrorCodes.KeyPendingDeletion, ErrorCodes.KeyPendingImport,
        ErrorCodes.InvalidKeyUsage, ErrorCodes.InvalidKeySpec, ErrorCodes.GrantNotFound,
    };

    /// <summary>
    /// Whether a code says that the key may not be used. Not so <c>WRONG_KEY</c> and <c>INVALID_INPUT</c>, which anyone's forged message
    /// brings about, nor <c>CREDENTIALS_INVALID</c>, which is this process's own trouble.
    /// </summary>
    public static bool Is(string code) => Codes.Contains(code);

    /// <summary>
    /// The same of a call with an encryption context. A policy may deny pairs that a message of a Direct tenant adds; what it says of them
    /// it does not say of the tenant.
    /// </summary>
    public static bool Is(string code, IReadOnlyDictionary<string, string> encryptionContext) =>
        Is(code) && (code != ErrorCodes.PolicyDenied
            || encryptionContext.Count == (encryptionContext.ContainsKey(PlatformProfile.KekContextKey) ? 2 : 1));
}
