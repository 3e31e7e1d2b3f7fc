using System.Collections.Frozen;
using TenantEncryption.LocalKms.Calls;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>Every operation of this endpoint by its name.</summary>
internal static class OperationCatalog
{
    public static readonly FrozenDictionary<string, IOperation> All = new IOperation[]
    {
        new CancelKeyDeletion(),
        new CreateAlias(),
        new CreateGrant(),
        new CreateKey(),
        new Decrypt(),
        new DeleteAlias(),
        new DescribeKey(),
        new DisableKey(),
        new DisableKeyRotation(),
        new EnableKey(),
        new EnableKeyRotation(),
        new Encrypt(),
        new GenerateDataKey(),
        new GenerateDataKeyWithoutPlaintext(),
        new GenerateRandom(),
        new GetKeyLastUsage(),
        new GetKeyPolicy(),
        new GetKeyRotationStatus(),
        new ListAliases(),
        new ListGrants(),
        new ListKeyPolicies(),
        new ListKeyRotations(),
        new ListKeys(),
        new ListResourceTags(),
        new ListRetirableGrants(),
        new PutKeyPolicy(),
        new ReEncrypt(),
        new ReplicateKey(),
        new RetireGrant(),
        new RevokeGrant(),
        new RotateKeyOnDemand(),
        new ScheduleKeyDeletion(),
        new TagResource(),
        new UntagResource(),
        new UpdateAlias(),
        new UpdateKeyDescription(),
        new UpdatePrimaryRegion(),
    }.ToFrozenDictionary(operation => operation.Name, StringComparer.Ordinal);
}
