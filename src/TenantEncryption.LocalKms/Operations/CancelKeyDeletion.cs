using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class CancelKeyDeletion : IOperation
{
    public string Name => "CancelKeyDeletion";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        KmsKey key = call.Key(KeyUse.ByKeyId);
        call.State.Commit(new Change { PutKey = key with { State = KeyState.Disabled, DeletionDate = null, PendingWindowInDays = null } });
        call.Answer.WriteString("KeyId", key.Arn);
    }
}
