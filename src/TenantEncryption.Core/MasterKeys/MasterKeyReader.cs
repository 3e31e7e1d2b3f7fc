using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Grants;
using TenantEncryption.Kms;

namespace TenantEncryption.MasterKeys;

/// <summary>Looks at a master key from all sides.</summary>
internal sealed class MasterKeyReader(KeyConnections connections)
{
    /// <summary>Looks at a key. What may not be seen is left out with a note; that there is a key at all must be seen.</summary>
    /// <exception cref="TenantEncryptionException">What KMS answers to DescribeKey.</exception>
    public async Task<MasterKey> ReadAsync(Operation operation, KmsConnection connection, string keyId, CancellationToken cancellationToken)
    {
        KmsKeyDescription described = await operation.Kms.DescribeKeyAsync(connection, keyId, cancellationToken).ConfigureAwait(false);
        string keyArn = described.KeyArn;
        KmsConnection home = connection with { Region = KeyIdentifier.Parse(keyArn).Region };
        IKmsChannel kms = operation.Kms;
        var notes = new List<string>();
        Task<IReadOnlyList<string>?> aliases = LookAsync(
            notes, "The aliases", async () => (IReadOnlyList<string>?)(await kms.ListAliasesAsync(home, keyArn, cancellationToken).ConfigureAwait(false)).Value);
        Task<KmsRotation?> rotation = LookAsync(
            notes, "The rotation", async () => (KmsRotation?)(await kms.GetRotationAsync(home, keyArn, cancellationToken).ConfigureAwait(false)).Value);
        Task<IReadOnlyList<KmsGrant>?> grants = LookAsync(
            notes, "The grants", async () => (IReadOnlyList<KmsGrant>?)(await kms.ListGrantsAsync(home, keyArn, cancellationToken).ConfigureAwait(false)).Value);
        Task<IReadOnlyDictionary<string, string>?> tags = LookAsync(
            notes,
            "The tags",
            async () => (IReadOnlyDictionary<string, string>?)(await kms.ListTagsAsync(home, keyArn, cancellationToken).ConfigureAwait(false)).Value);
        Task<KmsLastUsage?> usage = LookAsync(
            notes, "The last use", async () => (KmsLastUsage?)(await kms.GetLastUsageAsync(home, keyArn, cancellationToken).ConfigureAwait(false)).Value);
        Task<MasterKeyReplica>[] replicas =
            [.. described.RelatedKeyArns.Select(arn => ReadReplicaAsync(operation.Kms, home, arn, described.PrimaryKeyArn, notes, cancellationToken))];
        await Task.WhenAll([aliases, rotation, grants, tags, usage, .. replicas]).ConfigureAwait(false);

        KmsRotation? rotates = await rotation.ConfigureAwait(false);
        KmsLastUsage? used = await usage.ConfigureAwait(false);
        return new MasterKey
        {
            KeyArn = keyArn,
            Region = home.Region!,
            State = described.KeyState,
            Spec = described.KeySpec,
            Usage = described.KeyUsage,
            Origin = described.Origin,
            Manager = described.KeyManager,
            Description = string.IsNullOrEmpty(described.Description) ? null : described.Description,
            Aliases = (await aliases.ConfigureAwait(false))?.Order(StringComparer.Ordinal).ToList(),
            Rotation = rotates?.Enabled,
            RotationPeriodInDays = rotates?.PeriodInDays,
            NextRotation = rotates?.NextRotation,
            MultiRegion = described.MultiRegion,
            IsPrimary = described.MultiRegion && described.PrimaryKeyArn == keyArn,
            Replicas = [.. (await Task.WhenAll(replicas).ConfigureAwait(false)).OrderByDescending(replica => replica.IsPrimary).ThenBy(replica => replica.Region, StringComparer.Ordinal)],
            Grants = (await grants.ConfigureAwait(false))?.Select(grant => KeyGrant.Of(grant, home)).ToList(),
            Tags = await tags.ConfigureAwait(false),
            Providers = await connections.ProvidersOnAsync([keyArn, .. described.RelatedKeyArns], cancellationToken).ConfigureAwait(false),
            LastUsedAt = used?.Time,
            LastOperation = used?.Operation,
            LastEventId = used?.EventId,
            LastRequestId = used?.RequestId,
            UsageTrackedSince = used?.TrackedSince,
            CreatedAt = described.CreatedAt,
            DeletionDate = described.DeletionDate,
            Notes = notes,
            Connection = home,
        };
    }

    private static async Task<MasterKeyReplica> ReadReplicaAsync(
        IKmsChannel kms, KmsConnection home, string keyArn, string? primaryArn, List<string> notes, CancellationToken cancellationToken)
    {
        string region = KeyIdentifier.Parse(keyArn).Region!;
        KmsKeyDescription? seen = await LookAsync(
            notes,
            $"The key in {region}",
            async () => (KmsKeyDescription?)await kms.DescribeKeyAsync(home with { Region = region }, keyArn, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        return new MasterKeyReplica { KeyArn = keyArn, Region = region, IsPrimary = keyArn == primaryArn, State = seen?.KeyState };
    }

    private static async Task<T?> LookAsync<T>(List<string> notes, string what, Func<Task<T?>> look)
        where T : class
    {
        try
        {
            return await look().ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code != ErrorCodes.Cancelled)
        {
            lock (notes)
            {
                notes.Add($"{what} could not be seen: {exception.Code}, {exception.Detail}");
            }

            return null;
        }
    }
}
