using TenantEncryption.LocalKms.Calls;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class GetKeyPolicy : IOperation
{
    public string Name => "GetKeyPolicy";

    public bool Changes => false;

    public void Run(OperationCall call)
    {
        PolicyName.Check(call.Request);
        call.Answer.WriteString("Policy", call.Key(KeyUse.ByKeyId).Policy.Text);
        call.Answer.WriteString("PolicyName", PolicyName.Default);
    }
}
