using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class DisableKey : IOperation
{
    public string Name => "DisableKey";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        KmsKey key = call.IdleKey(KeyUse.ByKeyId);
        if (key.State is KeyState.Enabled)
        {
            call.State.Commit(new Change { PutKey = key with { State = KeyState.Disabled } });
        }
    }
}
