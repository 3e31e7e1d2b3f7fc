using System.Globalization;
using System.Text.Json;
using TenantEncryption.LocalKms.Auditing;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Faults;
using TenantEncryption.LocalKms.Grants;
using TenantEncryption.LocalKms.Identity;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;
using TenantEncryption.LocalKms.Signing;
using TenantEncryption.LocalKms.Storage;
using TenantEncryption.Policies;

namespace TenantEncryption.LocalKms.Calls;

/// <summary>A verified call of an operation: who, where, with what, and the answer in the making.</summary>
internal sealed class OperationCall
{
    private static readonly Dictionary<string, string> NoPairs = [];

    private RequestContext? _conditions;

    public required IOperation Operation { get; init; }

    public required SignedCall Signature { get; init; }

    public required RequestFields Request { get; init; }

    /// <summary>The answer; its outermost object is open.</summary>
    public required Utf8JsonWriter Answer { get; init; }

    public required KmsState State { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>How long changes of policies and grants, and transient key states, take.</summary>
    public Propagation Propagation { get; init; } = Propagation.Immediate;

    public string? SourceIp { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>The request id of the answer, and the id of the call's record in the audit log.</summary>
    public (string Request, string Event) Ids { get; init; } = ("", "");

    /// <summary>What the audit log shall say of the call.</summary>
    public CallTrace Trace { get; init; } = new();

    public Caller Caller => Signature.Caller;

    public string Region => Signature.Region;

    /// <summary>The condition keys of the call. Operations add theirs before they ask for a key.</summary>
    public RequestContext Conditions => _conditions ??= CallerConditions.Of(Caller, Region, Now, SourceIp, UserAgent);

    /// <summary>The encryption context that a member of the request has.</summary>
    public IReadOnlyDictionary<string, string> EncryptionContext(string member = "EncryptionContext")
    {
        IReadOnlyDictionary<string, string> context = Request.Map(member);
        Trace.AddParameter(member, context);
        return context;
    }

    /// <summary>
    /// The key that a member names, if it is there, the caller may do this with it, and its state allows it: in this order.
    /// </summary>
    /// <param name="use">How the operation uses keys.</param>
    /// <param name="member">The member of the request.</param>
    /// <param name="encryptionContext">The encryption context of the use.</param>
    public KmsKey Key(KeyUse use, string member = "KeyId", IReadOnlyDictionary<string, string>? encryptionContext = null)
    {
        KmsKey key = KeyReference.Resolve(this, Request.RequiredText(member), use);
        Allow(key, use, encryptionContext);
        return key;
    }

    /// <summary>Refuses the call unless the caller may use the key so and the key's state allows it.</summary>
    public void Allow(KmsKey key, KeyUse use, IReadOnlyDictionary<string, string>? encryptionContext = null, PolicyGrant? newGrant = null)
    {
        Trace.AddResource(key);
        string action = "kms:" + (use.Action ?? Operation.Name);
        AccessDecision decision = KeyAuthorizer.Decide(this, key, action, encryptionContext ?? NoPairs, newGrant);
        Trace.AddDecision(action, decision);
        if (!decision.IsAllowed)
        {
            throw KeyAuthorizer.Refusal(this, decision, action, key.Arn, key.Account);
        }

        KeyStateTable.Check(Operation, key);
    }

    /// <summary>Refuses the call unless an identity policy of the caller allows an action that no key policy decides about.</summary>
    /// <param name="resource">The ARN of the resource, or <c>*</c>.</param>
    /// <param name="action">The action, where it is not the operation's name.</param>
    public void AllowInAccount(string resource = "*", string? action = null)
    {
        string name = "kms:" + (action ?? Operation.Name);
        AccessDecision decision = PolicySimulator.DecideByIdentity(
            new AccessRequest { Principal = Caller.Principal, Action = name, Resource = resource, Context = Conditions }, Caller.Policies);
        Trace.AddDecision(name, decision);
        if (!decision.IsAllowed)
        {
            throw KeyAuthorizer.Refusal(this, decision, name, resource, Caller.Account);
        }
    }

    /// <summary>Ends a call that was only a test of permissions; all checks have passed.</summary>
    public void EndDryRun()
    {
        if (Request.Flag("DryRun"))
        {
            throw KmsErrors.DryRun();
        }
    }

    /// <summary>Records that a key was used for a cryptographic operation, once nothing can refuse it any more.</summary>
    public void Used(KmsKey key) => State.Usage.Record(new KeyUsage(key.Arn, Operation.Name, Now, Ids.Request, Ids.Event), Propagation.Usage);

    /// <summary>The last use of a key that is on record by now.</summary>
    public KeyUsage? LastUse(KmsKey key) => State.Usage.Find(key.Arn, Now);

    /// <summary>
    /// The key of a call that may be refused because the key was used of late, with the condition key for it: the whole days since its last use,
    /// or since its uses are recorded (Developer Guide, "kms:TrailingDaysWithoutKeyUsage").
    /// </summary>
    public KmsKey IdleKey(KeyUse use)
    {
        KmsKey key = KeyReference.Resolve(this, Request.RequiredText("KeyId"), use);
        int days = Math.Max(0, (int)(Now - (LastUse(key)?.Time ?? key.UsageTrackedFrom)).TotalDays);
        Conditions.Set("kms:TrailingDaysWithoutKeyUsage", days.ToString(CultureInfo.InvariantCulture));
        Allow(key, use);
        return key;
    }

    /// <summary>Drops the condition keys of an encryption context and key, before a second key with its own is asked for.</summary>
    public void ForgetEncryptionContextConditions() => Conditions.RemoveWhere(key =>
        key.StartsWith("kms:EncryptionContext", StringComparison.OrdinalIgnoreCase)
        || key.StartsWith("aws:ResourceTag/", StringComparison.OrdinalIgnoreCase)
        || key.Equals("kms:MultiRegionKeyType", StringComparison.OrdinalIgnoreCase)
        || key.Equals("kms:ResourceAliases", StringComparison.OrdinalIgnoreCase));

    /// <summary>The ids of the grants whose tokens the request has.</summary>
    /// <exception cref="KmsError">InvalidGrantTokenException: a token is none of this service.</exception>
    public HashSet<string> GrantsByToken() =>
        [.. Request.Texts("GrantTokens").Select(GrantByToken)];

    private string GrantByToken(string token) => GrantToken.Read(token, State.ServiceSecret) ?? throw KmsErrors.InvalidGrantToken();
}
