using System.Text;
using TenantEncryption.Keys;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Tests;

/// <summary>Calls on a stub, with the same key and credentials in every test.</summary>
internal static class StubKms
{
    public const string KeyArn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    public const string Secret = "wJalrXUtnFEMI-example-secret";

    public static readonly Dictionary<string, string> Context = new() { ["TenantId"] = "t-1" };

    /// <summary>A client with one try for each call and session credentials, unless told otherwise.</summary>
    public static AwsKms Client(Func<AwsKmsOptions, AwsKmsOptions>? change = null)
    {
        var options = new AwsKmsOptions { MaxAttempts = 1, SessionCredentials = Session() };
        return new AwsKms(change?.Invoke(options) ?? options);
    }

    public static AwsSessionCredentials Session(string? token = null) => new(
        "AKIDEXAMPLE",
        new SecretBytes(Encoding.UTF8.GetBytes(Secret)),
        token is null ? null : new SecretBytes(Encoding.UTF8.GetBytes(token)));

    public static Task<KmsPlaintext> DecryptAsync(
        AwsKms kms, string url, string keyId = KeyArn, CancellationToken cancellationToken = default) =>
        kms.DecryptAsync(new KmsConnection { EndpointUrl = url }, keyId, new byte[] { 1, 2, 3 }, Context, cancellationToken);
}
