using Amazon.Runtime.CredentialManagement;

namespace TenantEncryption.Aws.Settings;

/// <summary>The AWS profiles of this machine, as the environment names their file now.</summary>
internal static class Profiles
{
    /// <summary>The stores to look in.</summary>
    public static CredentialProfileStoreChain Store
    {
        get
        {
            // The SDK reads AWS_SHARED_CREDENTIALS_FILE once in a process, but in a PowerShell session it can be set at any time.
            string? file = Environment.GetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE");
            return string.IsNullOrEmpty(file) || file == SharedCredentialsFile.DefaultFilePath
                ? new CredentialProfileStoreChain()
                : new CredentialProfileStoreChain(file);
        }
    }

    /// <summary>The region of a profile, or <see langword="null"/>.</summary>
    public static string? Region(string profileName) =>
        Store.TryGetProfile(profileName, out CredentialProfile profile) ? profile.Region?.SystemName : null;
}
