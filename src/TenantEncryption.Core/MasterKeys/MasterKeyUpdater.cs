using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.MasterKeys;

/// <summary>One update of a master key, and how far it is.</summary>
internal sealed class MasterKeyUpdater(Operation operation, KeyWork work, MasterKey key, MasterKeyUpdate update)
{
    private readonly KmsConnection _home = key.Connection with { Region = key.Region };

    /// <summary>What was changed.</summary>
    public List<string> Done { get; } = [];

    private IKmsChannel Kms => operation.Kms;

    // Rotation is a property of the primary, and only a primary is replicated (AWS KMS Developer Guide, "Multi-Region keys").
    private string PrimaryArn => key.Replicas.FirstOrDefault(replica => replica.IsPrimary)?.KeyArn ?? key.KeyArn;

    private KmsConnection AtPrimary => key.Connection with { Region = KeyIdentifier.Parse(PrimaryArn).Region };

    /// <summary>Refuses what can't be done before anything is.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>, <c>WRONG_PARTITION</c>.</exception>
    public void Check()
    {
        if (update.IsEmpty)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "Nothing is to be changed: give a description, tags, rotation, an alias or regions for replicas.");
        }

        MasterKeyPlanner.CheckDescription(update.Description);
        if (update.ReplicaRegions.Count > 0 && !key.MultiRegion)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"{key.KeyArn} is a single-Region key, which can't have replicas; a key can't be made multi-Region later.");
        }

        MasterKeyPlanner.CheckReplicas(update.ReplicaRegions, KeyIdentifier.Parse(PrimaryArn).Region!);
        if (update.Alias is not null)
        {
            AliasRule.Normalize(update.Alias);
        }
    }

    public async Task UpdateAsync(CancellationToken cancellationToken)
    {
        if (update.Description is { } description)
        {
            await Kms.UpdateDescriptionAsync(_home, key.KeyArn, description, cancellationToken).ConfigureAwait(false);
            Done.Add("description");
        }

        if (update.Tags.Count > 0)
        {
            await Kms.TagAsync(_home, key.KeyArn, update.Tags, cancellationToken).ConfigureAwait(false);
            Done.Add("tags");
        }

        if (update.Rotation is { } rotation)
        {
            await work.RotationAsync(AtPrimary, PrimaryArn, rotation, cancellationToken).ConfigureAwait(false);
            Done.Add(rotation ? "rotation on" : "rotation off");
        }

        if (update.RotateNow)
        {
            await Kms.RotateNowAsync(AtPrimary, PrimaryArn, cancellationToken).ConfigureAwait(false);
            Done.Add("rotated");
        }

        string? alias = update.Alias is null ? null : AliasRule.Normalize(update.Alias);
        foreach (string region in update.ReplicaRegions)
        {
            await ReplicateAsync(region, alias, cancellationToken).ConfigureAwait(false);
            Done.Add($"replica in {region}");
        }

        if (alias is not null)
        {
            foreach (KeyInRegion region in KeyInRegion.Of(key, allRegions: true))
            {
                await work.AliasAsync(region.Connection, region.KeyArn, alias, cancellationToken).ConfigureAwait(false);
                Done.Add($"{alias} in {region.Region}");
            }
        }
    }

    private async Task ReplicateAsync(string region, string? alias, CancellationToken cancellationToken)
    {
        string policy = (await Kms.GetKeyPolicyAsync(AtPrimary, PrimaryArn, cancellationToken).ConfigureAwait(false)).Value;
        var wanted = new NewKmsKey
        {
            // A statement that names the primary by its ARN must name the replica.
            Policy = policy.Replace(PrimaryArn, KeyIdentifier.Parse(PrimaryArn).InRegion(region).ToString(), StringComparison.Ordinal),
            Description = update.Description ?? key.Description,
            Tags = new Dictionary<string, string>((key.Tags ?? new Dictionary<string, string>()).Where(tag => !update.Tags.ContainsKey(tag.Key)).Concat(update.Tags)),
        };
        string replica = await work.ReplicaAsync(AtPrimary, PrimaryArn, region, wanted, cancellationToken).ConfigureAwait(false);
        IEnumerable<string> aliases = (key.Aliases ?? []).Append(alias).OfType<string>().Distinct(StringComparer.Ordinal);
        foreach (string name in aliases)
        {
            await work.AliasAsync(key.Connection with { Region = region }, replica, name, cancellationToken).ConfigureAwait(false);
        }
    }
}
