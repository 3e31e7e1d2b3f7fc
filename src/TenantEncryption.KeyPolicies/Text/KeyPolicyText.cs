using System.Buffers;
using System.Text.Json;

namespace TenantEncryption.Policies.Text;

/// <summary>The text of a key policy: what AWS KMS takes of it, and how it comes out of tools.</summary>
public static class KeyPolicyText
{
    /// <summary>The longest key policy, in characters, which KMS takes for bytes (AWS KMS Developer Guide, "Resource quotas").</summary>
    public const int MaximumLength = 32_768;

    private const char ByteOrderMark = '\uFEFF';
    private const int Wrong = -1;
    private const int Unfinished = -2;

    // [\t\n\r\u0020-\u00FF] (API reference, PutKeyPolicy, Policy).
    private static readonly SearchValues<char> Characters = SearchValues.Create([.. "\t\n\r".Concat(Enumerable.Range(0x20, 0xE0).Select(code => (char)code))]);

    /// <summary>Where a text has a character that a key policy can't have.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The index, or -1.</returns>
    public static int FindForbidden(string text) => text.AsSpan().IndexOfAnyExcept(Characters);

    /// <summary>
    /// The policy in what a tool printed: the answer of <c>aws kms get-key-policy</c>, as JSON or with <c>--output text</c>, and text with a byte
    /// order mark. What is none of these stays as it is.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <returns>The policy's text.</returns>
    public static string Unwrap(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string bare = text.TrimStart(ByteOrderMark);
        int end = EndOfValue(bare);
        if (end < 0)
        {
            return bare;
        }

        // As text the AWS CLI writes the members of an answer one after the other: the policy, a tab, its name.
        string value = end < bare.Length && bare[end..].Trim() is var rest && (rest.Length == 0 || bare[end] == '\t') ? bare[..end] : bare;
        return PolicyOf(value) ?? value;
    }

    /// <summary>Whether a text is the beginning of JSON that goes on in the next line.</summary>
    /// <param name="text">The text.</param>
    /// <returns><see langword="true"/> if what is there is right and something is missing.</returns>
    public static bool IsUnfinished(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlySpan<char> bare = text.AsSpan().TrimStart(ByteOrderMark).TrimStart();
        return bare is ['{' or '[', ..] && EndOfValue(bare.ToString()) == Unfinished;
    }

    /// <summary>Whether a text is, or begins with, whole JSON.</summary>
    /// <param name="text">The text.</param>
    /// <returns><see langword="true"/> if nothing is missing and nothing wrong.</returns>
    public static bool IsWhole(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return EndOfValue(text.TrimStart(ByteOrderMark)) >= 0;
    }

    /// <summary>Where the first JSON value of a text ends, in characters.</summary>
    private static int EndOfValue(string text)
    {
        byte[] utf8 = System.Text.Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(utf8, isFinalBlock: false, default);
        try
        {
            do
            {
                if (!reader.Read())
                {
                    return Unfinished;
                }
            }
            while (reader.CurrentDepth > 0 || reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray);
        }
        catch (JsonException)
        {
            return Wrong;
        }

        return System.Text.Encoding.UTF8.GetCharCount(utf8, 0, (int)reader.BytesConsumed);
    }

    private static string? PolicyOf(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement is { ValueKind: JsonValueKind.Object } answer
                && answer.TryGetProperty("Policy", out JsonElement policy)
                && policy.ValueKind == JsonValueKind.String
                && !answer.TryGetProperty("Statement", out _)
                ? policy.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
