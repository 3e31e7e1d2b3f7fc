using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class RotateKeyOnDemand : IOperation
{
    public string Name => "RotateKeyOnDemand";

    public bool Changes => true;

    private const int MaximumRotations = 25;

    public void Run(OperationCall call)
    {
        KmsKey key = call.Key(KeyUse.ByKeyId);
        KeyRotation.Require(key, changes: true);
        if (key.OnDemandRotations >= MaximumRotations)
        {
            throw KmsErrors.LimitExceeded($"{key.Arn} has been rotated on demand {MaximumRotations} times, which is the limit.");
        }

        KeyMaterial material = KeyMaterial.Generate(call.Now, onDemand: true);
        call.State.Commit([.. Deadlines.Family(call.State, key).Select(member => new Change
        {
            PutKey = member with { Materials = member.Materials.Add(material), OnDemandRotations = member.OnDemandRotations + 1 },
        })]);
        call.Answer.WriteString("KeyId", key.Arn);
    }
}
