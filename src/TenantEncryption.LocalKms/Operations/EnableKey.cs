using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class EnableKey : IOperation
{
    public string Name => "EnableKey";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        KmsKey key = call.Key(KeyUse.ByKeyId);
        if (key.State is KeyState.Disabled)
        {
            call.State.Commit(new Change { PutKey = key with { State = KeyState.Enabled } });
        }
    }
}
