using TenantEncryption.LocalKms.Calls;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class ListResourceTags : IOperation
{
    public string Name => "ListResourceTags";

    public bool Changes => false;

    public void Run(OperationCall call) => Page.Write(
        call,
        "Tags",
        call.Key(KeyUse.ByKeyId).Tags,
        tag => tag.Key,
        defaultLimit: 50,
        maximumLimit: 50,
        static (answer, tag) =>
        {
            answer.WriteStartObject();
            answer.WriteString("TagKey", tag.Key);
            answer.WriteString("TagValue", tag.Value);
            answer.WriteEndObject();
        });
}
