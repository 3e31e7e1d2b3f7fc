using System.Text;

namespace TenantEncryption.Stores;

/// <summary>The known id of a tenant that is meant, perhaps, by one that nobody has.</summary>
internal static class SimilarTenantId
{
    /// <summary>Says which known id is meant, perhaps, by one that nobody has: it differs by case or by the Unicode form alone.</summary>
    /// <param name="tenantId">The id that nobody has.</param>
    /// <param name="known">The ids that there are.</param>
    /// <returns>The rest of a sentence, or nothing.</returns>
    public static string Find(string tenantId, IEnumerable<string> known)
    {
        string form = Normalize(tenantId);
        string? similar = known.FirstOrDefault(id => string.Equals(id, form, StringComparison.OrdinalIgnoreCase));
        return similar is null ? ""
            : similar == form ? $", but there is '{similar}': ids are in Unicode normalization form C, and this one is not, though it looks the same"
            : $", but there is '{similar}': ids are case-sensitive";
    }

    // Half a surrogate pair has no form.
    private static string Normalize(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            return text;
        }
    }
}
