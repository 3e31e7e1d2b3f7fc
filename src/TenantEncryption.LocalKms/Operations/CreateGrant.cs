using System.Collections.Immutable;
using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Grants;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class CreateGrant : IOperation
{
    public string Name => "CreateGrant";

    public bool Changes => true;

    private const int MaximumGrants = 50_000;

    public void Run(OperationCall call)
    {
        KmsKey key = KeyReference.Resolve(call, call.Request.RequiredText("KeyId"), KeyUse.ByKeyId);
        KeyGrant grant = GrantRequest.Read(call, key);
        GrantRequest.AddConditions(call, grant);
        call.Allow(key, KeyUse.ByKeyId, grant.EncryptionContextEquals ?? grant.EncryptionContextSubset, grant.Rule);
        GrantRequest.RequireUsable(grant, key);
        call.EndDryRun();

        ImmutableList<KeyGrant> existing = call.State.GrantsOn(key.Arn);
        KeyGrant? same = existing.Find(other => other.EndsAt is null && other.IsSameAs(grant));
        if (same is null && existing.Count >= MaximumGrants)
        {
            throw KmsErrors.LimitExceeded($"{key.Arn} has {MaximumGrants} grants, which is the limit.");
        }

        if (same is null)
        {
            call.State.Commit(new Change { PutGrant = grant });
        }

        string grantId = (same ?? grant).GrantId;
        call.Answer.WriteString("GrantToken", GrantToken.Create(grantId, call.State.ServiceSecret));
        call.Answer.WriteString("GrantId", grantId);
    }
}
