using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class UntagResource : IOperation
{
    public string Name => "UntagResource";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        IReadOnlyList<string> names = call.Request.Texts("TagKeys");
        foreach (string name in names)
        {
            TagList.CheckKey(name);
        }

        call.Conditions.Set("aws:TagKeys", [.. names]);
        KmsKey key = call.Key(KeyUse.ByKeyId);
        call.State.Commit(new Change { PutKey = key with { Tags = key.Tags.RemoveRange(names) } });
    }
}
