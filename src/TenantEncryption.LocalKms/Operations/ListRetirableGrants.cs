using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Grants;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class ListRetirableGrants : IOperation
{
    public string Name => "ListRetirableGrants";

    public bool Changes => false;

    public void Run(OperationCall call)
    {
        string? service = GrantPrincipal.ServiceFilter(call, "RetiringServicePrincipal", other: "RetiringPrincipal");
        string? retiring = service is null ? call.Request.RequiredText("RetiringPrincipal") : null;
        call.AllowInAccount();
        IEnumerable<KeyGrant> grants = call.State.Grants.Where(grant =>
            grant.EndsAt is null && (service is null ? grant.RetiringPrincipal == retiring : grant.RetiringServicePrincipal == service) && KeyArn.Parse(grant.KeyArn)!.Region == call.Region);
        Page.Write(call, "Grants", grants, grant => grant.GrantId, defaultLimit: 50, maximumLimit: 100, GrantEntry.Write);
    }
}
