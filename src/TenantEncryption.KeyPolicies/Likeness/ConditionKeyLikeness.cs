namespace TenantEncryption.Policies.Likeness;

/// <summary>Whether a condition key was meant as another.</summary>
internal static class ConditionKeyLikeness
{
    private const string Context = "EncryptionContext";

    /// <summary>
    /// Whether it was: it is the same but for case, blanks and few letters, or both are about the encryption context
    /// (<c>kms:EncryptionContext</c>, <c>EncryptionContext:TenantId</c>, <c>kms:EncryptionContext:Tenant</c>).
    /// </summary>
    public static bool IsMeantAs(string key, string wanted)
    {
        string meant = VisibleText.Meant(key);
        string pair = wanted[(wanted.LastIndexOf(':') + 1)..];
        return TextDistance.IsSlip(meant.ToUpperInvariant(), wanted.ToUpperInvariant())
            || (IsOfContext(wanted) && (IsOfContext(meant) || TextDistance.IsSlip(meant.ToUpperInvariant(), pair.ToUpperInvariant())))
            || (!IsOfContext(wanted) && meant.Equals(pair, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether a key is about the encryption context.</summary>
    public static bool IsOfContext(string key) => key.Contains(Context, StringComparison.OrdinalIgnoreCase)
        || (key.Split(':') is [var service, var name, ..] && service.Equals("kms", StringComparison.OrdinalIgnoreCase) && TextDistance.IsSlip(name.ToUpperInvariant(), Context.ToUpperInvariant()));
}
