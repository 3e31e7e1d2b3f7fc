using TenantEncryption.Aws.Settings;
using TenantEncryption.Aws.Translation;
using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Endpoints;

/// <summary>Which region to call: the connection's, else the key ARN's, else the profile's, AWS_REGION, or the default profile's.</summary>
internal static class CallRegion
{
    /// <summary>Finds the region.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: none is known, or it is not a region's name.</exception>
    public static string Resolve(KmsConnection connection, KeyIdentifier? key) =>
        Find(connection, key) ?? throw new TenantEncryptionException(
            ErrorCodes.InvalidInput, $"No AWS region is known for {(key is null ? "the call" : $"'{key}'")}: give a key ARN or a region (KmsConnection.Region).");

    /// <summary>Looks for the region.</summary>
    /// <returns>The region; <see langword="null"/> when none is known.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it is not a region's name.</exception>
    public static string? Find(KmsConnection connection, KeyIdentifier? key)
    {
        string? region = connection.Region ?? key?.Region ?? OfConfiguration(connection.ProfileName);

        // The region becomes part of a host name: nothing but a region's name may pass.
        return region is null || AwsRegion.IsName(region)
            ? region
            : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{CallSite.Quote(region)}' is not the name of an AWS region.");
    }

    /// <summary>Whether the region is of AWS GovCloud (US), where FIPS endpoints are the default.</summary>
    public static bool IsGovernment(string region) => region.StartsWith("us-gov-", StringComparison.Ordinal);

    // The SDK's own look-up keeps its first answer for the life of the process and asks the instance's metadata, which hangs where
    // there is none.
    private static string? OfConfiguration(string? profileName) =>
        (profileName is null ? null : Profiles.Region(profileName))
        ?? Variable("AWS_REGION")
        ?? Variable("AWS_DEFAULT_REGION")
        ?? Profiles.Region(Variable("AWS_PROFILE") ?? "default");

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
