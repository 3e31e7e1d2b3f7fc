using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class UpdatePrimaryRegion : IOperation
{
    public string Name => "UpdatePrimaryRegion";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        string region = call.Request.RequiredText("PrimaryRegion");
        call.Conditions.Set("kms:PrimaryRegion", region);
        KmsKey primary = call.Key(KeyUse.ByKeyId);
        MultiRegion.RequirePrimary(primary);
        MultiRegion.RequireRegion(primary, region, "PrimaryRegion");
        KmsKey replica = call.State.FindKeyById(region, primary.KeyId)
            ?? throw KmsErrors.NotFound($"{primary.Arn} has no replica in {region}.");
        call.Allow(replica, KeyUse.ByKeyId);

        DateTimeOffset settles = call.Now + call.Propagation.Regions;
        call.State.Commit([.. call.State.Related(primary).Select(member =>
        {
            KmsKey moved = member with { PrimaryRegion = region, NextRotation = member.Region == region ? primary.NextRotation : null };
            return new Change
            {
                PutKey = member.Region == region || member.Region == primary.Region
                    ? moved with { State = KeyState.Updating, SettledState = member.State, SettlesAt = settles }
                    : moved,
            };
        })]);
    }
}
