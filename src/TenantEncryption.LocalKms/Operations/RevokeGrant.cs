using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Grants;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class RevokeGrant : IOperation
{
    public string Name => "RevokeGrant";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        string grantId = GrantEnd.RequiredId(call.Request);
        KmsKey key = call.Key(KeyUse.ByKeyId);
        KeyGrant grant = GrantEnd.Find(call, key.Arn, grantId);
        call.EndDryRun();
        GrantEnd.Commit(call, grant);
    }
}
