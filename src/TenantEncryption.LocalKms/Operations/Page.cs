using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>
/// One page of a list: <c>Limit</c> and <c>Marker</c> in the request, <c>Truncated</c> and <c>NextMarker</c> in the answer.
/// </summary>
internal static class Page
{
    /// <param name="call">The call.</param>
    /// <param name="member">The member of the answer that has the list.</param>
    /// <param name="items">All items.</param>
    /// <param name="order">What the items are ordered by; the marker holds the last one's.</param>
    /// <param name="defaultLimit">Items in a page where the request says nothing.</param>
    /// <param name="maximumLimit">The most that a request may ask for.</param>
    /// <param name="write">Writes an item.</param>
    public static void Write<T>(
        OperationCall call,
        string member,
        IEnumerable<T> items,
        Func<T, string> order,
        int defaultLimit,
        int maximumLimit,
        Action<Utf8JsonWriter, T> write)
    {
        int limit = call.Request.Number("Limit", minimum: 1, maximum: maximumLimit) ?? defaultLimit;
        string? after = call.Request.Text("Marker") is { } marker ? ReadMarker(marker) : null;
        T[] rest =
        [
            .. items.Where(item => after is null || string.CompareOrdinal(order(item), after) > 0)
                .OrderBy(order, StringComparer.Ordinal)
                .Take(limit + 1),
        ];
        bool truncated = rest.Length > limit;

        call.Answer.WriteStartArray(member);
        foreach (T item in rest.Take(limit))
        {
            write(call.Answer, item);
        }

        call.Answer.WriteEndArray();
        call.Answer.WriteBoolean("Truncated", truncated);
        if (truncated)
        {
            call.Answer.WriteString("NextMarker", Base64Url.EncodeToString(Encoding.UTF8.GetBytes(order(rest[limit - 1]))));
        }
    }

    private static string ReadMarker(string marker) =>
        Base64Url.IsValid(marker) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(marker)) : throw KmsErrors.InvalidMarker();
}
