using System.Text.RegularExpressions;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>
/// The key that an identifier names: a key id, key ARN, alias name or alias ARN. Ids and names are of the caller's own account,
/// and all are of the region that is called: a key of another region is not found.
/// </summary>
internal static partial class KeyReference
{
    /// <exception cref="KmsError">NotFoundException or InvalidArnException.</exception>
    public static KmsKey Resolve(OperationCall call, string identifier, bool aliases)
    {
        string arn = ToArn(call, identifier, aliases);
        if (!arn.Contains(":alias/", StringComparison.Ordinal))
        {
            return call.State.FindKey(arn) ?? throw KmsErrors.KeyNotFound(arn);
        }

        KeyAlias alias = call.State.FindAlias(arn) ?? throw KmsErrors.AliasNotFound(arn);
        return call.State.FindKey(alias.TargetArn) ?? throw KmsErrors.KeyNotFound(alias.TargetArn);
    }

    private static string ToArn(OperationCall call, string identifier, bool aliases)
    {
        if (identifier.StartsWith("arn:", StringComparison.Ordinal))
        {
            KeyArn arn = KeyArn.Parse(identifier) ?? throw KmsErrors.InvalidArn($"{identifier} is not a valid ARN");
            return arn.IsAlias && !aliases ? throw KmsErrors.InvalidArn($"Invalid arn {identifier}")
                : arn.Region != call.Region || arn.Partition != Partitions.Of(call.Region) ? throw KmsErrors.ForeignRegion(arn.Region)
                : identifier;
        }

        if (identifier.StartsWith(KeyArn.AliasPrefix, StringComparison.Ordinal))
        {
            return aliases ? KeyArn.FormatAlias(call.Region, call.Caller.Account, identifier) : throw KmsErrors.InvalidKeyId(identifier);
        }

        return KeyId().IsMatch(identifier)
            ? KeyArn.Format(call.Region, call.Caller.Account, identifier)
            : throw KmsErrors.InvalidKeyId(identifier);
    }

    [GeneratedRegex("^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$")]
    private static partial Regex KeyId();
}
