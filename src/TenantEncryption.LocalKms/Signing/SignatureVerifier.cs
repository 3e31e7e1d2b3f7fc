using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Identity;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Signing;

/// <summary>
/// Verifies AWS Signature Version 4 (header form): the credential's scope, the clock, the secret and every signed byte.
/// A call that is not signed, or wrongly, is refused as AWS refuses it.
/// </summary>
internal sealed partial class SignatureVerifier(IdentityDirectory identities, TimeProvider time)
{
    private const string BasicFormat = "yyyyMMdd'T'HHmmss'Z'";

    private static readonly TimeSpan AllowedSkew = TimeSpan.FromMinutes(5);

    // Signing keys of a day, region and service; a few per caller. Cleared when it grows out of bounds.
    private readonly ConcurrentDictionary<(string Secret, string Scope), byte[]> _signingKeys = new();

    /// <summary>Who signed the request, for which region and service.</summary>
    /// <param name="request">The request.</param>
    /// <param name="body">Its body.</param>
    /// <param name="signature">
    /// What its Authorization header says, or <see langword="null"/> where it says nothing that is understood.
    /// </param>
    /// <param name="service">The service that was called: <c>kms</c> or <c>sts</c>.</param>
    /// <exception cref="KmsError">The request is not signed by credentials that this service knows.</exception>
    public SignedCall Verify(HttpRequest request, ReadOnlySpan<byte> body, RequestSignature? signature, string service)
    {
        if (signature is null)
        {
            string header = request.Headers.Authorization.ToString();
            throw header.Length == 0 ? KmsErrors.MissingAuthentication() : KmsErrors.IncompleteSignature(
                "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters. "
                + $"Authorization={header.Split(' ')[0]}");
        }

        string timestamp = request.Headers["X-Amz-Date"].ToString();
        CheckScope(request, signature, timestamp, service);

        Credentials credentials = identities.Authenticate(signature.AccessKeyId, request.Headers["X-Amz-Security-Token"].ToString());
        string expected = Sign(credentials.Secret, signature, timestamp, CanonicalRequest.Hash(request, signature.SignedHeaders, body));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(signature.Signature)))
        {
            throw KmsErrors.WrongSignature();
        }

        return new SignedCall(credentials.Caller.InPartition(Partitions.Of(signature.Region)), signature.Region, signature.AccessKeyId);
    }

    private void CheckScope(HttpRequest request, RequestSignature signature, string timestamp, string service)
    {
        if (!signature.SignedHeaders.Contains("host") || !signature.SignedHeaders.Contains("x-amz-date"))
        {
            throw KmsErrors.InvalidSignature("'Host' and 'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization.");
        }

        // What decides the call and the caller must be under the signature.
        foreach (string name in request.Headers.Keys)
        {
            if (name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase)
                && !signature.SignedHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw KmsErrors.InvalidSignature($"'{name}' must be a 'SignedHeader' in the AWS Authorization.");
            }
        }

        if (signature.Service != service)
        {
            throw KmsErrors.InvalidSignature($"Credential should be scoped to correct service: '{service}'.");
        }

        if (!RegionName().IsMatch(signature.Region))
        {
            throw KmsErrors.InvalidSignature("Credential should be scoped to a valid region.");
        }

        if (!DateTimeOffset.TryParseExact(
                timestamp, BasicFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset signedAt))
        {
            throw KmsErrors.IncompleteSignature("Date must be in ISO-8601 'basic format'.");
        }

        if (!timestamp.StartsWith(signature.Date, StringComparison.Ordinal))
        {
            throw KmsErrors.InvalidSignature(
                $"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{timestamp}'.");
        }

        DateTimeOffset now = time.GetUtcNow();
        if (signedAt < now - AllowedSkew)
        {
            throw KmsErrors.InvalidSignature(
                $"Signature expired: {timestamp} is now earlier than {Basic(now - AllowedSkew)} ({Basic(now)} - 5 min.)");
        }

        if (signedAt > now + AllowedSkew)
        {
            throw KmsErrors.InvalidSignature(
                $"Signature not yet current: {timestamp} is still later than {Basic(now + AllowedSkew)} ({Basic(now)} + 5 min.)");
        }
    }

    private static string Basic(DateTimeOffset time) => time.UtcDateTime.ToString(BasicFormat, CultureInfo.InvariantCulture);

    private string Sign(string secret, RequestSignature signature, string timestamp, string requestHash)
    {
        if (_signingKeys.Count > 10_000)
        {
            _signingKeys.Clear();
        }

        byte[] signingKey = _signingKeys.GetOrAdd((secret, signature.Scope), static (entry, scope) =>
        {
            byte[] key = Encoding.UTF8.GetBytes("AWS4" + entry.Secret);
            foreach (string part in scope.Split('/'))
            {
                key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
            }

            return key;
        }, signature.Scope);
        string toSign = $"{RequestSignature.Algorithm}\n{timestamp}\n{signature.Scope}\n{requestHash}";
        return Convert.ToHexStringLower(HMACSHA256.HashData(signingKey, Encoding.UTF8.GetBytes(toSign)));
    }

    [GeneratedRegex("^[a-z]{2,4}(-[a-z]+)+-[0-9]+$")]
    private static partial Regex RegionName();
}
