using System.Text.RegularExpressions;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.Policies.Access;

namespace TenantEncryption.LocalKms.Calls;

/// <summary>
/// The key that an identifier names: a key id, key ARN, alias name or alias ARN. Ids and names are of the caller's own account,
/// and all are of the region that is called: a key of another region is not found.
/// </summary>
internal static partial class KeyReference
{
    /// <exception cref="KmsError">
    /// NotFoundException, InvalidArnException, or AccessDeniedException for what another account may or may not have.
    /// </exception>
    public static KmsKey Resolve(OperationCall call, string identifier, KeyUse use)
    {
        (string account, string arn, bool isAlias) = ToArn(call, identifier, use);
        KeyAlias? alias = isAlias ? call.State.FindAlias(arn) : null;
        KmsKey? key = isAlias ? alias is null ? null : call.State.FindKey(alias.TargetArn) : call.State.FindKey(arn);
        if (alias is not null)
        {
            call.Conditions.Set("kms:RequestAlias", alias.Name);
        }

        string action = "kms:" + (use.Action ?? call.Operation.Name);
        bool foreign = account != call.Caller.Account;
        return foreign && (key is null || KmsActions.Find(action)?.ConcernsKey == false) ? throw KeyAuthorizer.ForeignKeyRefusal(call, action, arn)
            : key ?? throw (isAlias ? KmsErrors.AliasNotFound(arn) : KmsErrors.KeyNotFound(arn));
    }

    private static (string Account, string Arn, bool IsAlias) ToArn(OperationCall call, string identifier, KeyUse use)
    {
        if (identifier.StartsWith("arn:", StringComparison.Ordinal))
        {
            KeyArn arn = KeyArn.Parse(identifier) ?? throw KmsErrors.InvalidArn($"{identifier} is not a valid ARN");
            return arn.IsAlias && !use.Aliases ? throw KmsErrors.InvalidArn($"Invalid arn {identifier}")
                : arn.Region != call.Region || arn.Partition != Partitions.Of(call.Region) ? throw KmsErrors.ForeignRegion(arn.Region)
                : (arn.Account, identifier, arn.IsAlias);
        }

        string account = call.Caller.Account;
        return identifier.StartsWith(KeyArn.AliasPrefix, StringComparison.Ordinal) && use.Aliases
            ? (account, KeyArn.FormatAlias(call.Region, account, identifier), true)
            : KeyId().IsMatch(identifier)
            ? (account, KeyArn.Format(call.Region, account, identifier), false)
            : throw KmsErrors.InvalidKeyId(identifier);
    }

    [GeneratedRegex("^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$")]
    private static partial Regex KeyId();
}
