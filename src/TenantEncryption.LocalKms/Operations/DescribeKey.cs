using TenantEncryption.LocalKms.Calls;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class DescribeKey : IOperation
{
    public string Name => "DescribeKey";

    public bool Changes => false;

    public void Run(OperationCall call) => KeyMetadata.Write(call.Answer, "KeyMetadata", call.Key(KeyUse.Any), call.State);
}
