using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Findings;

/// <summary>The key that a policy is judged for, where none is given the one of the account that the policy itself gives the key to.</summary>
/// <param name="Arn">Its ARN.</param>
/// <param name="Assumption">What was assumed, as a sentence; <see langword="null"/> where the key's account is given.</param>
internal sealed record AssumedKey(string Arn, string? Assumption = null)
{
    /// <summary>The account of a key that nothing is known of. It has 12 digits and is nobody's.</summary>
    public const string UnknownAccount = "000000000000";

    private const string UnknownKey = "00000000-0000-0000-0000-000000000000";

    /// <summary>The account; <see langword="null"/> where nothing tells it.</summary>
    public string? Account => Arn.Split(':')[4] is var account && account != UnknownAccount ? account : null;

    /// <summary>The key that a policy is judged for.</summary>
    public static AssumedKey Of(PolicyValues values, PlatformProfile platform, PolicySource source)
    {
        if (values.Key is { Form: KeyIdentifierForm.KeyArn } key)
        {
            return new AssumedKey(key.ToString());
        }

        string partition = platform.Partitions[0];
        string region = One(values, platform, PlaceholderSource.Region)
            ?? (platform.Regions is [var first, ..] ? first.Name : null)
            ?? DefaultRegion(partition);
        string? given = values.Key?.AccountId ?? One(values, platform, PlaceholderSource.Account);
        string? account = given ?? AccountOf(source);
        string keyId = One(values, platform, PlaceholderSource.KeyId) ?? UnknownKey;
        return new AssumedKey(
            $"arn:{partition}:kms:{region}:{account ?? UnknownAccount}:key/{keyId}",
            given is not null ? null
                : account is not null ? $"The key is taken to be of the account {account}, whose root the policy names; give the key's ARN where it is not."
                : "The key's account is not known, as the policy names the root of no account or of several; give the key's ARN. Whether the account keeps its key is not judged.");
    }

    /// <summary>The key of a request that no platform makes.</summary>
    /// <param name="key">The key, where it is given.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="source">The policy.</param>
    /// <param name="caller">The account of who asks, for what can be done within the key's own account alone.</param>
    public static string Of(KeyIdentifier? key, string partition, PolicySource source, string? caller) => key is { Form: KeyIdentifierForm.KeyArn }
        ? key.ToString()
        : $"arn:{partition}:kms:{DefaultRegion(partition)}:{key?.AccountId ?? AccountOf(source) ?? caller ?? UnknownAccount}:key/{UnknownKey}";

    private static string DefaultRegion(string partition) => partition switch
    {
        "aws-us-gov" => "us-gov-west-1",
        "aws-cn" => "cn-north-1",
        _ => "us-east-1",
    };

    private static string? One(PolicyValues values, PlatformProfile platform, PlaceholderSource source) =>
        platform.Placeholders.FirstOrDefault(placeholder => placeholder.Source == source)?.Name is { } name
            && values.Parameters.FirstOrDefault(pair => pair.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value is [var value, ..]
            ? value
            : null;

    // The account whose root the policy names is the key's own, if there is one such account.
    private static string? AccountOf(PolicySource source)
    {
        string[] accounts =
        [
            .. source.Document.Statements
                .Where(statement => statement is { Effect: PolicyEffect.Allow, Principal.Negated: false })
                .SelectMany(statement => statement.Principal!.Names)
                .Select(name => PrincipalElement.IsAccountId(name) ? name
                    : name.EndsWith(":root", StringComparison.Ordinal) ? name.Split(':')[4]
                    : null)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal),
        ];
        return accounts is [var only] ? only : null;
    }
}
