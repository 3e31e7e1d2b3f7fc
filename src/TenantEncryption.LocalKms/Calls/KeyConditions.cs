using TenantEncryption.LocalKms.Keys;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Access;

namespace TenantEncryption.LocalKms.Calls;

/// <summary>The condition keys of AWS KMS for the key that a call uses.</summary>
internal static class KeyConditions
{
    private const string ResourceAliases = "kms:ResourceAliases";

    /// <summary>The call's condition keys with those of the key (Developer Guide, "AWS KMS condition keys").</summary>
    public static RequestContext Add(OperationCall call, KmsKey key, string action, IReadOnlyDictionary<string, string> encryptionContext)
    {
        KmsAction? known = KmsActions.Find(action);
        RequestContext context = RequestConditions.AddKey(call.Conditions, new KeyProperties
        {
            Account = key.Account,
            Spec = key.SpecName,
            Usage = key.Usage,
            Origin = key.Origin,
            MultiRegion = key.MultiRegion,
            IsReplica = key.IsReplica,
            Tags = key.Tags,
            Aliases = AskForAliases(call, key) ? [.. call.State.AliasesOf(key).Select(alias => alias.Name)] : [],
        });
        if (call.Caller.Context.Count > 0 && known is not null)
        {
            context.RemoveWhere(given => !known.Takes(given) && call.Caller.Context.ContainsKey(given));
        }

        return RequestConditions.AddDefaults(context, known, call.Caller.Principal).SetEncryptionContext(encryptionContext);
    }

    // Finding them takes a look at every alias, and hardly a policy asks.
    private static bool AskForAliases(OperationCall call, KmsKey key) =>
        key.EffectivePolicy(call.Now).Document.AsksFor(ResourceAliases) || call.Caller.Policies.Any(policy => policy.AsksFor(ResourceAliases));
}
