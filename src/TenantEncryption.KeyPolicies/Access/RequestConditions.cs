using System.Globalization;

namespace TenantEncryption.Policies.Access;

/// <summary>
/// The condition keys of requests: the one place that knows them, for requests that are imagined and for those that an emulator gets (IAM
/// User Guide, "AWS global condition context keys"; AWS KMS Developer Guide, "AWS KMS condition keys"). What isn't known, such as the caller's
/// address, the request lacks: a Deny of all but one's own network then applies, as it would to a platform.
/// </summary>
public static class RequestConditions
{
    private const string ViaService = "kms:ViaService";

    // "This type of condition works even when the parameter doesn't appear in the request, such as when you use the parameter's default value."
    private static readonly (string Key, string Value)[] Defaults =
    [
        ("kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"),
        ("kms:BypassPolicyLockoutSafetyCheck", "false"),
        ("kms:ScheduleKeyDeletionPendingWindowInDays", "30"),
    ];

    /// <summary>The condition keys of a request for a symmetric key, as far as they are known before it is made.</summary>
    /// <param name="principal">Who asks.</param>
    /// <param name="action">The action.</param>
    /// <param name="keyArn">The key's ARN.</param>
    /// <param name="encryptionContext">The pairs of the request.</param>
    /// <param name="others">Further condition keys with their values; they win. What no request for the action can have is left out.</param>
    /// <param name="time">When it is made.</param>
    /// <returns>The condition keys.</returns>
    public static RequestContext Of(
        PolicyPrincipal principal,
        string action,
        string keyArn,
        IReadOnlyDictionary<string, string> encryptionContext,
        IReadOnlyDictionary<string, IReadOnlyList<string>> others,
        DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(keyArn);
        ArgumentNullException.ThrowIfNull(others);
        KmsAction? known = KmsActions.Find(action);
        KeyValuePair<string, IReadOnlyList<string>>[] given = [.. others.Where(other => known?.Takes(other.Key) != false)];
        string? region = keyArn.Split(':', 6) is [_, _, _, var regionOfKey, _, _] ? regionOfKey : null;
        RequestContext context = OfCaller(principal, region, time, given);
        if (known?.ConcernsKey != false && KeyProperties.Assume(keyArn) is { } key)
        {
            AddKey(context, key);
        }

        foreach ((string name, IReadOnlyList<string> values) in given)
        {
            context.Set(name, [.. values]);
        }

        AddDefaults(context, known, principal);
        return known?.TakesEncryptionContext == false ? context : context.SetEncryptionContext(encryptionContext);
    }

    /// <summary>What no request for an action can have, of what a question has.</summary>
    /// <param name="action">The action.</param>
    /// <param name="encryptionContext">The pairs of the question.</param>
    /// <param name="others">Its further condition keys.</param>
    /// <returns>The condition keys; <c>kms:EncryptionContext:<i>name</i></c> for a pair.</returns>
    public static IReadOnlyList<string> Impossible(
        KmsAction action, IReadOnlyDictionary<string, string> encryptionContext, IReadOnlyDictionary<string, IReadOnlyList<string>> others)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(encryptionContext);
        ArgumentNullException.ThrowIfNull(others);
        return encryptionContext.Keys.Select(name => $"{RequestContext.EncryptionContextPrefix}{name}").Concat(others.Keys).Where(key => !action.Takes(key)).ToArray();
    }

    /// <summary>The condition keys of a call that its caller decides.</summary>
    /// <param name="principal">Who asks.</param>
    /// <param name="region">The region that is called, where it is known.</param>
    /// <param name="time">When.</param>
    /// <param name="others">Further condition keys; they win.</param>
    /// <returns>The condition keys.</returns>
    public static RequestContext OfCaller(
        PolicyPrincipal principal, string? region, DateTimeOffset time, IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> others)
    {
        ArgumentNullException.ThrowIfNull(principal);
        ArgumentNullException.ThrowIfNull(others);
        RequestContext context = new RequestContext()
            .Set("aws:PrincipalArn", principal.PrincipalArn)
            .Set("aws:PrincipalIsAWSService", principal.IsService)
            .Set("aws:SecureTransport", true)
            .Set("aws:CurrentTime", time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
            .Set("aws:EpochTime", time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        if (region is not null)
        {
            context.Set("aws:RequestedRegion", region);
        }

        AddPrincipal(context, principal);
        foreach ((string key, IReadOnlyList<string> values) in others)
        {
            context.Set(key, [.. values]);
        }

        return context.SetDefault("aws:ViaAWSService", context.Find(ViaService) is not null);
    }

    /// <summary>Adds the condition keys of the key that a request is for.</summary>
    /// <param name="context">The condition keys so far.</param>
    /// <param name="key">The key.</param>
    /// <returns>The same condition keys.</returns>
    public static RequestContext AddKey(RequestContext context, KeyProperties key)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(key);
        context.Set("aws:ResourceAccount", key.Account)
            .Set("kms:KeySpec", key.Spec)
            .Set("kms:KeyUsage", key.Usage)
            .Set("kms:KeyOrigin", key.Origin)
            .Set("kms:MultiRegion", key.MultiRegion);
        if (key is { MultiRegion: true, IsReplica: { } replica })
        {
            context.Set("kms:MultiRegionKeyType", replica ? "REPLICA" : "PRIMARY");
        }

        if (key.Aliases.Count > 0)
        {
            context.Set("kms:ResourceAliases", [.. key.Aliases]);
        }

        foreach ((string tag, string value) in key.Tags)
        {
            context.Set("aws:ResourceTag/" + tag, value);
        }

        return context;
    }

    /// <summary>Adds the condition keys of what a request does not say.</summary>
    /// <param name="context">The condition keys so far; they win.</param>
    /// <param name="action">The action; <see langword="null"/> for none of KMS.</param>
    /// <param name="principal">Who asks.</param>
    /// <returns>The same condition keys.</returns>
    public static RequestContext AddDefaults(RequestContext context, KmsAction? action, PolicyPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(principal);
        if (action is null)
        {
            return context;
        }

        foreach ((string key, string value) in Defaults)
        {
            if (action.Takes(key))
            {
                context.SetDefault(key, value);
            }
        }

        // "Only when an AWS service calls on the user's behalf."
        return action.Takes("kms:GrantIsForAWSResource")
            ? context.SetDefault("kms:GrantIsForAWSResource", principal.IsService || context.Find(ViaService) is not null)
            : context;
    }

    private static void AddPrincipal(RequestContext context, PolicyPrincipal principal)
    {
        if (principal.Account is not { } account)
        {
            context.Set("aws:PrincipalServiceName", principal.Arn);
            return;
        }

        bool user = !principal.IsAccountRoot && !principal.IsFederatedUser && principal.RoleArn is null;
        context.Set("aws:PrincipalAccount", account)
            .Set("kms:CallerAccount", account)
            .Set("aws:PrincipalType", principal.IsAccountRoot ? "Account" : principal.IsFederatedUser ? "FederatedUser" : user ? "User" : "AssumedRole");
        if (user)
        {
            context.Set("aws:username", principal.Arn[(principal.Arn.LastIndexOf('/') + 1)..]);
        }
    }
}
