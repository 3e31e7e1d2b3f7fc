using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Operations;
using TenantEncryption.Policies;

namespace TenantEncryption.LocalKms.Authorization;

/// <summary>The condition keys of AWS KMS for the key that a call uses.</summary>
internal static class KeyConditions
{
    /// <summary>The call's condition keys with those of the key (Developer Guide, "AWS KMS condition keys").</summary>
    public static RequestContext Add(OperationCall call, KmsKey key, IReadOnlyDictionary<string, string> encryptionContext)
    {
        RequestContext context = call.Conditions
            .Set("kms:KeySpec", key.SpecName)
            .Set("kms:KeyUsage", key.Usage)
            .Set("kms:KeyOrigin", key.Origin)
            .Set("kms:MultiRegion", key.MultiRegion)
            .Set("aws:ResourceAccount", key.Account);
        if (key.MultiRegion)
        {
            context.Set("kms:MultiRegionKeyType", key.IsReplica ? "REPLICA" : "PRIMARY");
        }

        foreach ((string tag, string value) in key.Tags)
        {
            context.Set("aws:ResourceTag/" + tag, value);
        }

        // Only identity policies may ask for aliases, and most calls have none.
        if (call.Caller.Policies.Count > 0)
        {
            context.Set("kms:ResourceAliases", [.. call.State.AliasesOf(key).Select(alias => alias.Name)]);
        }

        return context.SetEncryptionContext(encryptionContext);
    }
}
