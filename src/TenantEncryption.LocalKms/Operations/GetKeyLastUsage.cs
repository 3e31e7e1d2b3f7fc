using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class GetKeyLastUsage : IOperation
{
    public string Name => "GetKeyLastUsage";

    public bool Changes => false;

    public void Run(OperationCall call)
    {
        KmsKey key = call.Key(KeyUse.ByKeyId);
        call.Answer.WriteString("KeyId", key.KeyId);
        call.Answer.WriteTimestamp("KeyCreationDate", key.Created);
        call.Answer.WriteTimestamp("TrackingStartDate", key.UsageTrackedFrom);

        // Of a key without a use on record it is an empty object (API reference, GetKeyLastUsage).
        call.Answer.WriteStartObject("KeyLastUsage");
        if (call.LastUse(key) is { } use)
        {
            call.Answer.WriteString("Operation", use.Operation);
            call.Answer.WriteTimestamp("Timestamp", use.Time);
            call.Answer.WriteString("CloudTrailEventId", use.EventId);
            call.Answer.WriteString("KmsRequestId", use.RequestId);
        }

        call.Answer.WriteEndObject();
    }
}
