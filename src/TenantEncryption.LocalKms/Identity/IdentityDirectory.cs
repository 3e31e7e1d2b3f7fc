using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Identity;

/// <summary>The access keys that this service knows.</summary>
internal sealed class IdentityDirectory
{
    /// <summary>The access key and secret of the root of <see cref="LocalAccount"/>, out of the box.</summary>
    public const string LocalAccessKey = "local";

    /// <summary>The account that <see cref="LocalAccessKey"/> belongs to.</summary>
    public const string LocalAccount = "111122223333";

    private readonly Dictionary<string, Credentials> _accessKeys = new(StringComparer.Ordinal)
    {
        [LocalAccessKey] = new Credentials(LocalAccessKey, new Caller(LocalAccount, $"arn:aws:iam::{LocalAccount}:root")),
    };

    /// <summary>The secret of an access key and who it is.</summary>
    /// <exception cref="KmsError">UnrecognizedClientException: the access key or its session token is unknown.</exception>
    public Credentials Authenticate(string accessKeyId, string sessionToken) =>
        _accessKeys.TryGetValue(accessKeyId, out Credentials? credentials) && sessionToken.Length == 0
            ? credentials
            : throw KmsErrors.UnrecognizedClient();
}
