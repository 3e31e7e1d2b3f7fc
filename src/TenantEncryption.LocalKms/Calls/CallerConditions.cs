using TenantEncryption.LocalKms.Identity;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Access;

namespace TenantEncryption.LocalKms.Calls;

/// <summary>The condition keys of a call that its caller decides, with what only a real call has.</summary>
internal static class CallerConditions
{
    /// <summary>The condition keys that every call has (IAM User Guide, "AWS global condition context keys").</summary>
    public static RequestContext Of(Caller caller, string region, DateTimeOffset now, string? sourceIp, string? userAgent)
    {
        // Loopback stands for TLS here, so that a policy that asks for TLS can be rehearsed.
        IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> own = caller.Context.Count == 0
            ? []
            : caller.Context.Select(pair => KeyValuePair.Create(pair.Key, (IReadOnlyList<string>)[pair.Value]));
        RequestContext context = RequestConditions.OfCaller(caller.Principal, region, now, own)
            .SetDefault("aws:userid", caller.UserId);
        if (caller.Account.Length > 0)
        {
            context.SetDefault("kms:CallerAccount", caller.Account);
        }

        if (sourceIp is not null)
        {
            context.SetDefault("aws:SourceIp", sourceIp);
        }

        if (userAgent is not null)
        {
            context.SetDefault("aws:UserAgent", userAgent);
        }

        foreach ((string tag, string value) in caller.Tags)
        {
            context.SetDefault("aws:PrincipalTag/" + tag, value);
        }

        return context;
    }
}
