using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class PutKeyPolicy : IOperation
{
    public string Name => "PutKeyPolicy";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        PolicyName.Check(call.Request);
        string text = call.Request.RequiredText("Policy");
        call.Conditions.Set("kms:BypassPolicyLockoutSafetyCheck", call.Request.Flag("BypassPolicyLockoutSafetyCheck"));
        KmsKey key = call.Key(KeyUse.ByKeyId);
        KeyPolicy policy = PolicyText.Accept(call, key, text);
        bool atOnce = call.Propagation.Policies == TimeSpan.Zero;
        call.State.Commit(new Change
        {
            PutKey = key with
            {
                Policy = policy,
                PriorPolicy = atOnce ? null : key.EffectivePolicy(call.Now),
                PolicyEffectiveAt = atOnce ? null : call.Now + call.Propagation.Policies,
            },
        });
    }
}
