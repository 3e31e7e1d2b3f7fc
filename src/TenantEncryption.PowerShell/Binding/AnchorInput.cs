using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.Spaces;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Reads what users give of anchors: an anchor or a proof itself, one that came back from a job or a file, JSON, the file of anchors, or the place in a bucket.</summary>
internal static class AnchorInput
{
    /// <summary>What was kept of anchors.</summary>
    /// <param name="cmdlet">The cmdlet whose session it is; its pipeline thread calls.</param>
    /// <param name="given">What was given.</param>
    /// <returns>The evidence.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>, <c>SOURCE_NOT_FOUND</c>, <c>STORAGE_FAILED</c>.</exception>
    public static AnchorEvidence Read(PSCmdlet cmdlet, object given)
    {
        var input = PSObject.AsPSObject(given);
        return input.BaseObject switch
        {
            Anchor anchor => AnchorEvidence.Of(anchor),
            string text when IsMark(text) => AnchorEvidence.Of(text),
            string address when ObjectAddress.IsOne(address) => AnchorEvidence.OfBucket(address),
            string path => AnchorEvidence.OfFile(SessionPath.Literal(cmdlet, path)),
            FileInfo file => AnchorEvidence.OfFile(file.FullName),
            _ => AnchorEvidence.Of(Json(input)),
        };
    }

    /// <summary>The place in a bucket that was given, from which the anchor of each proof is read; <see langword="null"/> for what is no such place.</summary>
    /// <param name="given">What was given.</param>
    public static string? AddressOf(object given) => PSObject.AsPSObject(given).BaseObject is string text && ObjectAddress.IsOne(text) ? text : null;

    /// <summary>A proof.</summary>
    /// <param name="given">What was given.</param>
    /// <returns>The proof.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>.</exception>
    public static AnchorProof ReadProof(object given)
    {
        var input = PSObject.AsPSObject(given);
        return input.BaseObject switch
        {
            AnchorProof proof => proof,
            string json => AnchorProof.Parse(json),
            FileInfo file => throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{file.Name}' is a file: give its text (Get-Content -Raw)."),
            _ => AnchorProof.Parse(Json(input)),
        };
    }

    // JSON begins with a brace and number:root has no letter before the colon; a path that looks so can be given with ./ in front.
    private static bool IsMark(string text) =>
        text.TrimStart().StartsWith('{') || (text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && text.AsSpan(0, colon).Trim().IndexOfAnyExceptInRange('0', '9') < 0);

    // Its properties; those of a hashtable are its entries.
    private static string Json(PSObject input) => JsonSerializer.Serialize(Plain(input));

    private static object? Plain(object? value)
    {
        object? plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        return plain switch
        {
            null => null,
            DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
            DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
            string or IConvertible => Convert.ToString(plain, CultureInfo.InvariantCulture),
            IDictionary table => table.Keys.Cast<object>().ToDictionary(key => key.ToString()!, key => Plain(table[key])),
            IEnumerable list => list.Cast<object?>().Select(Plain).ToArray(),
            _ => PSObject.AsPSObject(value!).Properties.ToDictionary(property => property.Name, property => Plain(property.Value)),
        };
    }
}
