namespace TenantEncryption.Envelope;

/// <summary>
/// The order of two strings by their UTF-8 bytes, decided on their UTF-16 units: it is the order of code points, and differs from
/// ordinal order only where one string has a surrogate (a code point beyond the BMP) and the other a unit from U+E000 up.
/// </summary>
internal static class Utf8Order
{
    public static int Compare(string left, string right)
    {
        int common = Math.Min(left.Length, right.Length);
        int difference = left.AsSpan(0, common).CommonPrefixLength(right.AsSpan(0, common));
        return difference == common
            ? left.Length - right.Length
            : Rank(left[difference]) - Rank(right[difference]);
    }

    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
