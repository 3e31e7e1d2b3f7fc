using System.Collections.Immutable;
using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class ReplicateKey : IOperation
{
    public string Name => "ReplicateKey";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        string region = call.Request.RequiredText("ReplicaRegion");
        call.Conditions.Set("kms:ReplicaRegion", region);
        ImmutableSortedDictionary<string, string> tags = TagList.Read(call.Request);
        KmsKey primary = call.Key(KeyUse.ByKeyId);
        MultiRegion.RequirePrimary(primary);
        MultiRegion.RequireRegion(primary, region, "ReplicaRegion");
        call.AllowInAccount(action: "CreateKey");
        if (call.State.FindKeyById(region, primary.KeyId) is { } existing)
        {
            throw KmsErrors.AlreadyExists($"{existing.Arn} already exists.");
        }

        KmsKey replica = primary with
        {
            Region = region,
            Created = call.Now,
            UsageTrackedFrom = call.Now,
            Description = call.Request.Text("Description") ?? "",
            State = KeyState.Creating,
            SettlesAt = call.Now + call.Propagation.Regions,
            SettledState = KeyState.Enabled,
            NextRotation = null,
            Policy = new KeyPolicy(DefaultKeyPolicy.For(region, primary.Account)),
            PriorPolicy = null,
            PolicyEffectiveAt = null,
            Tags = tags,
        };
        TagList.Allow(call, replica);
        if (call.Request.Text("Policy") is { } policy)
        {
            replica = replica with { Policy = PolicyText.Accept(call, replica, policy) };
        }

        call.State.Commit(new Change { PutKey = replica });
        KeyMetadata.Write(call.Answer, "ReplicaKeyMetadata", replica, call.State);
        call.Answer.WriteString("ReplicaPolicy", replica.Policy.Text);
        call.Answer.WriteStartArray("ReplicaTags");
        foreach ((string key, string value) in tags)
        {
            call.Answer.WriteStartObject();
            call.Answer.WriteString("TagKey", key);
            call.Answer.WriteString("TagValue", value);
            call.Answer.WriteEndObject();
        }

        call.Answer.WriteEndArray();
    }
}
