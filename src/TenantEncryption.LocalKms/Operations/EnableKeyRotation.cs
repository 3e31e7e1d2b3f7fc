using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class EnableKeyRotation : IOperation
{
    public string Name => "EnableKeyRotation";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        int? period = call.Request.Number("RotationPeriodInDays", minimum: 90, maximum: 2560);
        if (period is not null)
        {
            call.Conditions.Set("kms:RotationPeriodInDays", $"{period}");
        }

        KmsKey key = call.Key(KeyUse.ByKeyId);
        KeyRotation.Require(key, changes: true);
        int days = period ?? key.RotationPeriodInDays ?? KeyRotation.DefaultPeriodInDays;
        if (days == key.RotationPeriodInDays)
        {
            return;
        }

        call.State.Commit([.. Deadlines.Family(call.State, key).Select(member => new Change
        {
            PutKey = member with { RotationPeriodInDays = days, NextRotation = member.IsReplica ? null : call.Now.AddDays(days) },
        })]);
    }
}
