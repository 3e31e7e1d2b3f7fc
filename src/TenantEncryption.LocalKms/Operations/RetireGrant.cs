using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Grants;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.Policies;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class RetireGrant : IOperation
{
    public string Name => "RetireGrant";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        KeyGrant grant = Named(call);
        if (!MayRetire(call, grant))
        {
            throw KmsErrors.AccessDenied(
                $"User: {call.Caller.Arn} is not authorized to perform: kms:RetireGrant on resource: {grant.KeyArn}");
        }

        call.EndDryRun();
        GrantEnd.Commit(call, grant);
    }

    private static KeyGrant Named(OperationCall call)
    {
        if (call.Request.Text("GrantToken") is { } token)
        {
            string grantId = GrantToken.Read(token, call.State.ServiceSecret) ?? throw KmsErrors.InvalidGrantToken();
            return call.State.Grants.FirstOrDefault(grant => grant.GrantId == grantId && grant.EndsAt is null)
                ?? throw KmsErrors.GrantNotFound(grantId);
        }

        if (!call.Request.Has("GrantId") || !call.Request.Has("KeyId"))
        {
            throw KmsErrors.Validation("You must specify either a grant token, or a grant ID and a key ID.");
        }

        KmsKey key = KeyReference.Resolve(call, call.Request.RequiredText("KeyId"), KeyUse.ByKeyId);
        return GrantEnd.Find(call, key.Arn, GrantEnd.RequiredId(call.Request));
    }

    // Developer Guide, "Retiring and revoking grants": the grant decides, and policies can deny; an account that may retire can pass that on to
    // its principals in identity policies.
    private static bool MayRetire(OperationCall call, KeyGrant grant)
    {
        KmsKey key = call.State.FindKey(grant.KeyArn)!;
        call.Trace.AddResource(key);
        AccessRequest request = KeyAuthorizer.Request(call, key, "kms:RetireGrant", new Dictionary<string, string>(), newGrant: null);
        AccessDecision decision = PolicySimulator.Decide(request, KeyAuthorizer.Policies(call, key) with { Grants = [grant.Rule] });
        call.Trace.AddDecision("kms:RetireGrant", decision);
        PolicyPrincipal caller = call.Caller.Principal;
        return decision.IsAllowed
            || (!decision.IsExplicitDeny
                && (IsNamed(caller, grant.RetiringPrincipal ?? grant.RetiringServicePrincipal)
                    || ((caller.AccountIs(grant.RetiringPrincipal) || caller.AccountIs(grant.IssuingAccount))
                        && PolicySimulator.DecideByIdentity(request, call.Caller.Policies).IsAllowed)));
    }

    private static bool IsNamed(PolicyPrincipal caller, string? principal) =>
        principal is not null && (caller.Arn == principal || caller.RoleArn == principal);
}
