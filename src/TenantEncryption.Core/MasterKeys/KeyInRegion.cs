using TenantEncryption.Kms;

namespace TenantEncryption.MasterKeys;

/// <summary>A master key in one of its regions.</summary>
/// <param name="KeyArn">The key ARN there.</param>
/// <param name="Region">The region.</param>
/// <param name="State">The key state there, as far as it may be seen.</param>
/// <param name="DeletionDate">When the key is deleted there.</param>
/// <param name="Connection">How it is reached.</param>
internal sealed record KeyInRegion(string KeyArn, string Region, string? State, DateTimeOffset? DeletionDate, KmsConnection Connection)
{
    /// <summary>The key itself, and if asked the others of the multi-Region key.</summary>
    public static IEnumerable<KeyInRegion> Of(MasterKey key, bool allRegions)
    {
        yield return new KeyInRegion(key.KeyArn, key.Region, key.State, key.DeletionDate, key.Connection with { Region = key.Region });
        foreach (MasterKeyReplica replica in allRegions ? key.Replicas : [])
        {
            yield return new KeyInRegion(replica.KeyArn, replica.Region, replica.State, null, key.Connection with { Region = replica.Region });
        }
    }

    /// <summary>The key with what was changed in its regions.</summary>
    public static MasterKey Apply(MasterKey key, IReadOnlyList<KeyInRegion> changed)
    {
        KeyInRegion? home = changed.FirstOrDefault(region => region.KeyArn == key.KeyArn);
        return key with
        {
            State = home?.State ?? key.State,
            DeletionDate = home is null ? key.DeletionDate : home.DeletionDate,
            Replicas =
            [
                .. key.Replicas.Select(replica => replica with
                {
                    State = changed.FirstOrDefault(region => region.KeyArn == replica.KeyArn)?.State ?? replica.State,
                }),
            ],
        };
    }
}
