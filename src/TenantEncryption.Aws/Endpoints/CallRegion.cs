using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Endpoints;

/// <summary>Which region to call: the connection's, else the key ARN's, else that of the profile or of the SDK's chain.</summary>
internal static partial class CallRegion
{
    /// <summary>Finds the region.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: none is known, or it is not a region's name.</exception>
    public static string Resolve(KmsConnection connection, KeyIdentifier key)
    {
        string region = connection.Region ?? key.Region ?? OfConfiguration(connection.ProfileName) ?? throw new TenantEncryptionException(
            ErrorCodes.InvalidInput, $"No AWS region is known for '{key}': give a key ARN or a region (-Region).");

        // The region becomes part of a host name: nothing but a region's name may pass.
        return Pattern().IsMatch(region)
            ? region
            : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{CallSite.Quote(region)}' is not the name of an AWS region.");
    }

    /// <summary>Whether the region is of AWS GovCloud (US), where FIPS endpoints are the default.</summary>
    public static bool IsGovernment(string region) => region.StartsWith("us-gov-", StringComparison.Ordinal);

    private static string? OfConfiguration(string? profileName)
    {
        if (profileName is not null && new CredentialProfileStoreChain().TryGetProfile(profileName, out CredentialProfile profile)
            && profile.Region is { } ofProfile)
        {
            return ofProfile.SystemName;
        }

        // Without the instance's metadata, whose look-up would hang where there is none.
        return FallbackRegionFactory.GetRegionEndpoint(includeInstanceMetadata: false)?.SystemName;
    }

    [GeneratedRegex(@"\A[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}\z")]
    private static partial Regex Pattern();
}
