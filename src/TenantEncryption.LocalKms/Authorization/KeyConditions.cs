using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Operations;
using TenantEncryption.Policies;

namespace TenantEncryption.LocalKms.Authorization;

/// <summary>The condition keys of a call: the global ones, and those of AWS KMS for the key that it uses.</summary>
internal static class KeyConditions
{
    /// <summary>The condition keys that every call has (IAM User Guide, "AWS global condition context keys").</summary>
    public static RequestContext Global(OperationCall call)
    {
        Identity.Caller caller = call.Caller;
        RequestContext context = new RequestContext()
            .Set("aws:PrincipalArn", caller.Principal.PrincipalArn)
            .Set("aws:PrincipalType", caller.Type switch { "IAMUser" => "User", "Root" => "Account", var type => type })
            .Set("aws:userid", caller.UserId)
            .Set("aws:RequestedRegion", call.Region)
            .Set("aws:CurrentTime", call.Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture))
            .Set("aws:EpochTime", call.Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture))
            // Loopback stands for TLS here, so that a policy that asks for TLS can be rehearsed.
            .Set("aws:SecureTransport", true)
            .Set("aws:PrincipalIsAWSService", caller.Principal.IsService)
            .Set("aws:ViaAWSService", caller.Context.ContainsKey("kms:ViaService"))
            .Set("kms:CallerAccount", caller.Account);
        if (caller.Principal.Account is { } account)
        {
            context.Set("aws:PrincipalAccount", account);
        }
        else
        {
            context.Set("aws:PrincipalServiceName", caller.Arn);
        }

        if (caller.Type == "IAMUser")
        {
            context.Set("aws:username", caller.Arn.Split('/')[^1]);
        }

        if (call.SourceIp is { } address)
        {
            context.Set("aws:SourceIp", address);
        }

        if (call.UserAgent is { } agent)
        {
            context.Set("aws:UserAgent", agent);
        }

        foreach ((string tag, string value) in caller.Tags)
        {
            context.Set("aws:PrincipalTag/" + tag, value);
        }

        foreach ((string key, string value) in caller.Context)
        {
            context.Set(key, value);
        }

        return context;
    }

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
