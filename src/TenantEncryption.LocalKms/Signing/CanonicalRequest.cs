using System.Security.Cryptography;
using System.Text;

namespace TenantEncryption.LocalKms.Signing;

/// <summary>The canonical form of a request (AWS Signature Version 4, "Create a canonical request").</summary>
internal static class CanonicalRequest
{
    /// <summary>The SHA-256 of the canonical form, in hexadecimal digits.</summary>
    public static string Hash(HttpRequest request, string[] signedHeaders, ReadOnlySpan<byte> body)
    {
        var form = new StringBuilder(512);
        form.Append(request.Method).Append('\n')
            .Append(request.Path.HasValue ? request.Path.ToUriComponent() : "/").Append('\n')
            .Append(Query(request.QueryString)).Append('\n');
        foreach (string name in signedHeaders)
        {
            form.Append(name).Append(':');
            AppendCollapsed(form, request.Headers[name].ToString());
            form.Append('\n');
        }

        form.Append('\n').AppendJoin(';', signedHeaders).Append('\n').Append(Convert.ToHexStringLower(SHA256.HashData(body)));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(form.ToString())));
    }

    private static string Query(QueryString query)
    {
        if (!query.HasValue)
        {
            return "";
        }

        IEnumerable<string> pairs = query.Value![1..].Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Contains('=', StringComparison.Ordinal) ? pair : pair + "=")
            .Order(StringComparer.Ordinal);
        return string.Join('&', pairs);
    }

    private static void AppendCollapsed(StringBuilder form, string value)
    {
        bool space = false;
        foreach (char character in value.AsSpan().Trim())
        {
            if (!(space && character == ' '))
            {
                form.Append(character);
            }

            space = character == ' ';
        }
    }
}
