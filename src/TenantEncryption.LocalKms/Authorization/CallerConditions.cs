using System.Globalization;
using TenantEncryption.LocalKms.Identity;
using TenantEncryption.Policies;

namespace TenantEncryption.LocalKms.Authorization;

/// <summary>The global condition keys of a call: who makes it, when and from where.</summary>
internal static class CallerConditions
{
    /// <summary>The condition keys that every call has (IAM User Guide, "AWS global condition context keys").</summary>
    public static RequestContext Of(Caller caller, string region, DateTimeOffset now, string? sourceIp, string? userAgent)
    {
        RequestContext context = new RequestContext()
            .Set("aws:PrincipalArn", caller.Principal.PrincipalArn)
            .Set("aws:PrincipalType", caller.Type switch { "IAMUser" => "User", "Root" => "Account", var type => type })
            .Set("aws:userid", caller.UserId)
            .Set("aws:RequestedRegion", region)
            .Set("aws:CurrentTime", now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
            .Set("aws:EpochTime", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))
            // Loopback stands for TLS here, so that a policy that asks for TLS can be rehearsed.
            .Set("aws:SecureTransport", true)
            .Set("aws:PrincipalIsAWSService", caller.Principal.IsService)
            .Set("aws:ViaAWSService", caller.Context.ContainsKey("kms:ViaService"));
        if (caller.Account.Length > 0)
        {
            context.Set("kms:CallerAccount", caller.Account);
        }

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

        if (sourceIp is not null)
        {
            context.Set("aws:SourceIp", sourceIp);
        }

        if (userAgent is not null)
        {
            context.Set("aws:UserAgent", userAgent);
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
}
