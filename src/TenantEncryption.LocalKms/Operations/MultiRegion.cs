using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>What operations on multi-Region keys ask of the key and the other region.</summary>
internal static class MultiRegion
{
    public static void RequirePrimary(KmsKey key)
    {
        if (!key.MultiRegion || key.IsReplica)
        {
            throw KmsErrors.Unsupported($"{key.Arn} is not a multi-Region primary key.");
        }
    }

    public static void RequireRegion(KmsKey key, string region, string member)
    {
        if (region == key.Region || Partitions.Of(region) != key.Partition || region.Split('-').Length < 3)
        {
            throw KmsErrors.Constraint(region, member, "Member must be another Region of the same partition");
        }
    }
}
