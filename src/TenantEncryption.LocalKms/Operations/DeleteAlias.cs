using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class DeleteAlias : IOperation
{
    public string Name => "DeleteAlias";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        string arn = KeyArn.FormatAlias(call.Region, call.Caller.Account, AliasName.Required(call.Request));
        KeyAlias alias = call.State.FindAlias(arn) ?? throw KmsErrors.AliasNotFound(arn);
        call.AllowInAccount(arn);
        if (call.State.FindKey(alias.TargetArn) is { } key)
        {
            call.Allow(key, KeyUse.ByKeyId);
        }

        call.State.Commit(new Change { DropAlias = arn });
    }
}
