using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class UpdateAlias : IOperation
{
    public string Name => "UpdateAlias";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        string arn = KeyArn.FormatAlias(call.Region, call.Caller.Account, AliasName.Required(call.Request));
        KeyAlias alias = call.State.FindAlias(arn) ?? throw KmsErrors.AliasNotFound(arn);
        KmsKey target = call.Key(KeyUse.ByKeyId, "TargetKeyId");
        call.AllowInAccount(arn);
        KeyStateTable.CheckAliasTarget(target);
        if (call.State.FindKey(alias.TargetArn) is { } current)
        {
            call.Allow(current, KeyUse.ByKeyId);
            if (current.Spec.IsSymmetricEncryption != target.Spec.IsSymmetricEncryption || current.Usage != target.Usage)
            {
                throw KmsErrors.InvalidState($"{target.Arn} is not of the same type and key usage as the key that {arn} points to.");
            }
        }

        call.State.Commit(new Change { PutAlias = alias with { TargetKeyId = target.KeyId, Updated = call.Now } });
    }
}
