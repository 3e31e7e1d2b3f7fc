namespace TenantEncryption.LocalKms.Keys;

/// <summary>The ARNs of keys and aliases: <c>arn:partition:kms:region:account:key/id</c> or <c>…:alias/name</c>.</summary>
/// <param name="Partition">The partition, such as <c>aws</c>.</param>
/// <param name="Region">The region.</param>
/// <param name="Account">The twelve digits of the account.</param>
/// <param name="Resource">What follows: <c>key/…</c> or <c>alias/…</c>.</param>
internal sealed record KeyArn(string Partition, string Region, string Account, string Resource)
{
    public const string KeyPrefix = "key/";
    public const string AliasPrefix = "alias/";

    public bool IsAlias => Resource.StartsWith(AliasPrefix, StringComparison.Ordinal);

    public string KeyId => Resource[KeyPrefix.Length..];

    public static string Format(string region, string account, string keyId) =>
        $"arn:{Partitions.Of(region)}:kms:{region}:{account}:{KeyPrefix}{keyId}";

    /// <param name="region">The region.</param>
    /// <param name="account">The account.</param>
    /// <param name="name">The alias with its prefix, <c>alias/…</c>.</param>
    public static string FormatAlias(string region, string account, string name) =>
        $"arn:{Partitions.Of(region)}:kms:{region}:{account}:{name}";

    public static KeyArn? Parse(string text)
    {
        string[] parts = text.Split(':', 6);
        return parts is ["arn", var partition, "kms", var region, var account, var resource]
            && (resource.StartsWith(KeyPrefix, StringComparison.Ordinal) || resource.StartsWith(AliasPrefix, StringComparison.Ordinal))
            ? new KeyArn(partition, region, account, resource)
            : null;
    }
}
