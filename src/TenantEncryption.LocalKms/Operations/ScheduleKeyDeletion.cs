using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class ScheduleKeyDeletion : IOperation
{
    private const int DefaultWindowInDays = 30;

    public string Name => "ScheduleKeyDeletion";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        KmsKey key = call.Key();
        int days = call.Request.Number("PendingWindowInDays", minimum: 7, maximum: 30) ?? DefaultWindowInDays;
        KeyStateTable.Check(this, key);
        KmsKey scheduled = key with { State = KeyState.PendingDeletion, DeletionDate = call.Now.AddDays(days) };
        call.State.Commit(new Change { PutKey = scheduled });

        call.Answer.WriteString("KeyId", scheduled.Arn);
        call.Answer.WriteTimestamp("DeletionDate", scheduled.DeletionDate.Value);
        call.Answer.WriteString("KeyState", scheduled.State.ToString());
        call.Answer.WriteNumber("PendingWindowInDays", days);
    }
}
