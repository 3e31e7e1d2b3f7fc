using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class CreateAlias : IOperation
{
    public string Name => "CreateAlias";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        string name = AliasName.Required(call.Request);
        KmsKey key = call.Key("TargetKeyId");
        KeyStateTable.Check(this, key);
        var alias = new KeyAlias
        {
            Region = call.Region,
            Account = call.Caller.Account,
            Name = name,
            TargetKeyId = key.KeyId,
            Created = call.Now,
            Updated = call.Now,
        };
        if (call.State.FindAlias(alias.Arn) is not null)
        {
            throw KmsErrors.AlreadyExists($"An alias with the name {alias.Arn} already exists");
        }

        call.State.Commit(new Change { PutAlias = alias });
    }
}
