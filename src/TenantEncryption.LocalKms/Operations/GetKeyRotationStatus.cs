using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class GetKeyRotationStatus : IOperation
{
    public string Name => "GetKeyRotationStatus";

    public bool Changes => false;

    public void Run(OperationCall call)
    {
        KmsKey key = call.Key(KeyUse.ByKeyId);
        KeyRotation.Require(key, changes: false);
        call.Answer.WriteString("KeyId", key.Arn);

        // AWS shows rotation as off while a key is pending deletion, and as before when the deletion is cancelled.
        bool enabled = key.RotationPeriodInDays is not null
            && key.State is not (KeyState.PendingDeletion or KeyState.PendingReplicaDeletion);
        call.Answer.WriteBoolean("KeyRotationEnabled", enabled);
        if (!enabled)
        {
            return;
        }

        call.Answer.WriteNumber("RotationPeriodInDays", key.RotationPeriodInDays!.Value);
        if (Deadlines.Family(call.State, key).Max(member => member.NextRotation) is { } next)
        {
            call.Answer.WriteTimestamp("NextRotationDate", next);
        }
    }
}
