namespace TenantEncryption.LocalKms.Signing;

/// <summary>What the Authorization header of a Signature Version 4 request says.</summary>
/// <param name="AccessKeyId">Who claims to call.</param>
/// <param name="Date">The scope's date, <c>yyyyMMdd</c>.</param>
/// <param name="Region">The scope's region: the region that is called.</param>
/// <param name="Service">The scope's service: <c>kms</c> or <c>sts</c>.</param>
/// <param name="SignedHeaders">The names of the headers under the signature, in lower case and in their order.</param>
/// <param name="Signature">64 hexadecimal digits.</param>
internal sealed record RequestSignature(
    string AccessKeyId, string Date, string Region, string Service, string[] SignedHeaders, string Signature)
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    public string Scope => $"{Date}/{Region}/{Service}/aws4_request";

    /// <summary>Reads the header, or returns <see langword="null"/> where it is not of this form.</summary>
    public static RequestSignature? Parse(string header)
    {
        if (!header.StartsWith(Algorithm, StringComparison.Ordinal))
        {
            return null;
        }

        string? credential = null, signedHeaders = null, signature = null;
        foreach (string part in header[Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries))
        {
            switch (part.Split('=', 2))
            {
                case ["Credential", var value]:
                    credential = value;
                    break;
                case ["SignedHeaders", var value]:
                    signedHeaders = value;
                    break;
                case ["Signature", var value]:
                    signature = value;
                    break;
            }
        }

        return credential?.Split('/') is [var accessKeyId, var date, var region, var service, "aws4_request"]
            && signedHeaders is not null && signature is not null
            ? new RequestSignature(accessKeyId, date, region, service, signedHeaders.Split(';'), signature)
            : null;
    }
}
