using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class CreateAlias : IOperation
{
    public string Name => "CreateAlias";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        string name = AliasName.Required(call.Request);
        var alias = new KeyAlias
        {
            Region = call.Region,
            Account = call.Caller.Account,
            Name = name,
            TargetKeyId = "",
            Created = call.Now,
            Updated = call.Now,
        };
        KmsKey key = call.Key(KeyUse.ByKeyId, "TargetKeyId");
        call.AllowInAccount(alias.Arn);
        if (call.State.FindAlias(alias.Arn) is not null)
        {
            throw KmsErrors.AlreadyExists($"An alias with the name {alias.Arn} already exists");
        }

        call.State.Commit(new Change { PutAlias = alias with { TargetKeyId = key.KeyId } });
    }
}
