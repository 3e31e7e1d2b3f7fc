using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Grants;
using TenantEncryption.LocalKms.Protocol;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>Revoking and retiring: the grant is gone from every list at once, and decides until the change has spread.</summary>
internal static class GrantEnd
{
    public static string RequiredId(RequestFields request)
    {
        string grantId = request.RequiredText("GrantId");
        return grantId.Length <= 128 ? grantId : throw KmsErrors.InvalidGrantId(grantId);
    }

    /// <exception cref="KmsError">NotFoundException: the key has no such grant.</exception>
    public static KeyGrant Find(OperationCall call, string keyArn, string grantId) =>
        call.State.GrantsOn(keyArn).Find(grant => grant.GrantId == grantId && grant.EndsAt is null)
            ?? throw KmsErrors.GrantNotFound(grantId);

    public static void Commit(OperationCall call, KeyGrant grant) => call.State.Commit(call.Propagation.Grants == TimeSpan.Zero
        ? new Change { DropGrant = grant }
        : new Change { PutGrant = grant with { EndsAt = call.Now + call.Propagation.Grants } });
}
