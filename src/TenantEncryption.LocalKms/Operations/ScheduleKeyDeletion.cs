using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class ScheduleKeyDeletion : IOperation
{
    public string Name => "ScheduleKeyDeletion";

    public bool Changes => true;

    private const int DefaultWindowInDays = 30;

    public void Run(OperationCall call)
    {
        int days = call.Request.Number("PendingWindowInDays", minimum: 7, maximum: 30) ?? DefaultWindowInDays;
        call.Conditions.Set("kms:ScheduleKeyDeletionPendingWindowInDays", $"{days}");
        KmsKey key = call.IdleKey(KeyUse.ByKeyId);

        // A primary outlives its replicas: its waiting period begins when the last of them is deleted.
        bool waits = key is { MultiRegion: true, IsReplica: false } && call.State.Related(key).Any(other => other.IsReplica);
        KmsKey scheduled = waits
            ? key with { State = KeyState.PendingReplicaDeletion, PendingWindowInDays = days, SettlesAt = null }
            : key with { State = KeyState.PendingDeletion, DeletionDate = call.Now.AddDays(days), SettlesAt = null };
        call.State.Commit(new Change { PutKey = scheduled });

        call.Answer.WriteString("KeyId", scheduled.Arn);
        if (scheduled.DeletionDate is { } deletion)
        {
            call.Answer.WriteTimestamp("DeletionDate", deletion);
        }

        call.Answer.WriteString("KeyState", scheduled.State.ToString());
        call.Answer.WriteNumber("PendingWindowInDays", days);
    }
}
