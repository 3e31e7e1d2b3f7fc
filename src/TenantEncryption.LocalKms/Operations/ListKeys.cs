using TenantEncryption.LocalKms.Calls;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class ListKeys : IOperation
{
    public string Name => "ListKeys";

    public bool Changes => false;

    public void Run(OperationCall call)
    {
        call.AllowInAccount();
        Page.Write(
            call,
            "Keys",
            call.State.Keys.Where(key => key.Account == call.Caller.Account && key.Region == call.Region),
            key => key.KeyId,
            defaultLimit: 100,
            maximumLimit: 1000,
            static (answer, key) =>
            {
                answer.WriteStartObject();
                answer.WriteString("KeyId", key.KeyId);
                answer.WriteString("KeyArn", key.Arn);
                answer.WriteEndObject();
            });
    }
}
