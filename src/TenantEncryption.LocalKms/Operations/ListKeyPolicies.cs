using TenantEncryption.LocalKms.Calls;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class ListKeyPolicies : IOperation
{
    public string Name => "ListKeyPolicies";

    public bool Changes => false;

    public void Run(OperationCall call)
    {
        call.Key(KeyUse.ByKeyId);
        Page.Write(
            call,
            "PolicyNames",
            [PolicyName.Default],
            name => name,
            defaultLimit: 100,
            maximumLimit: 1000,
            static (answer, name) => answer.WriteStringValue(name));
    }
}
