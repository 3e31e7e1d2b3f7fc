using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Grants;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class ListGrants : IOperation
{
    public string Name => "ListGrants";

    public bool Changes => false;

    public void Run(OperationCall call)
    {
        string? service = GrantPrincipal.ServiceFilter(call, "GranteeServicePrincipal", other: "GranteePrincipal");
        KmsKey key = call.Key(KeyUse.ByKeyId);
        string? grantId = call.Request.Text("GrantId");
        string? grantee = call.Request.Text("GranteePrincipal");
        IEnumerable<KeyGrant> grants = call.State.GrantsOn(key.Arn).Where(grant =>
            grant.EndsAt is null && (grantId is null || grant.GrantId == grantId)
                && (grantee is null || grant.GranteePrincipal == grantee)
                && (service is null || grant.GranteeServicePrincipal == service));
        Page.Write(call, "Grants", grants, grant => grant.GrantId, defaultLimit: 50, maximumLimit: 100, GrantEntry.Write);
    }
}
