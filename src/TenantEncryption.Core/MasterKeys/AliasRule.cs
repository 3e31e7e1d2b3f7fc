using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.MasterKeys;

/// <summary>The rule for names of aliases (API reference, CreateAlias).</summary>
internal static class AliasRule
{
    private const string Prefix = "alias/";

    /// <summary>The name with its <c>alias/</c>.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it is not a name that KMS takes.</exception>
    public static string Normalize(string alias)
    {
        string name = alias.StartsWith(Prefix, StringComparison.Ordinal) ? alias : Prefix + alias;
        return KeyIdentifier.TryParse(name, out KeyIdentifier? identifier, out string? fault) && identifier.Form == KeyIdentifierForm.AliasName
            ? name
            : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{alias}' can't be the name of an alias: {fault}.");
    }
}
