using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class DisableKeyRotation : IOperation
{
    public string Name => "DisableKeyRotation";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        KmsKey key = call.Key(KeyUse.ByKeyId);
        KeyRotation.Require(key, changes: true);
        call.State.Commit([.. Deadlines.Family(call.State, key).Select(member => new Change
        {
            PutKey = member with { RotationPeriodInDays = null, NextRotation = null },
        })]);
    }
}
