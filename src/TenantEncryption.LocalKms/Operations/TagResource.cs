using System.Collections.Immutable;
using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class TagResource : IOperation
{
    public string Name => "TagResource";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        ImmutableSortedDictionary<string, string> tags = TagList.Read(call.Request);
        TagList.AddConditions(call, tags);
        KmsKey key = call.Key(KeyUse.ByKeyId);
        call.State.Commit(new Change { PutKey = key with { Tags = TagList.RefuseTooMany(key.Tags.SetItems(tags)) } });
    }
}
