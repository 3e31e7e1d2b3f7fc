using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.MasterKeys;

/// <summary>Decides where and how a master key is made, and refuses what the platform, the tenants or an existing alias forbid.</summary>
internal sealed class MasterKeyPlanner(UnitOfWork work)
{
    // API reference, CreateKey: Description.
    private const int LongestDescription = 8192;

    /// <summary>Plans; nothing is made.</summary>
    /// <exception cref="TenantEncryptionException">
    /// <c>INVALID_INPUT</c>, <c>TENANT_NOT_FOUND</c>, <c>ALIAS_EXISTS</c>, <c>WRONG_PARTITION</c>, <c>WRONG_REGION</c>,
    /// <c>KEY_SHARED_ACROSS_ORGANIZATIONS</c>; and what KMS answers to the question whether the alias is free.
    /// </exception>
    public async Task<MasterKeyPlan> PlanAsync(Operation operation, NewMasterKey request, CancellationToken cancellationToken)
    {
        string alias = AliasRule.Normalize(request.Alias);
        CheckDescription(request.Description);
        (PlatformProfile platform, IReadOnlyList<EncryptionTenant> tenants) = await ReadAsync(request, cancellationToken).ConfigureAwait(false);
        request = request with { Connection = request.Connection with { FipsEndpoints = platform.FipsEndpoints } };
        PlatformRules.RequireOneOrganization(platform, tenants, keyArn: null);
        string? wanted = RegionOf(request, tenants);
        if (wanted is not null)
        {
            CheckRegion(wanted, platform, tenants);
        }

        string region = await RequireFreeAliasAsync(operation, request.Connection with { Region = wanted }, alias, cancellationToken).ConfigureAwait(false);
        CheckRegion(region, platform, tenants);
        string? backup = platform.MultiRegion == MultiRegionRule.ReplicaInBackupRegion ? platform.FindRegion(region)?.Backup : null;
        bool multiRegion = request.MultiRegion ?? (backup is not null || request.ReplicaRegions is { Count: > 0 });
        IReadOnlyList<string> replicas = ReplicasOf(request, region, multiRegion, backup);
        var policy = new MasterKeyPolicy(request, platform, region, multiRegion);
        foreach (string replica in replicas)
        {
            await RequireFreeAliasAsync(operation, request.Connection with { Region = replica }, alias, cancellationToken).ConfigureAwait(false);
        }

        var plan = new MasterKeyPlan
        {
            Request = request,
            Alias = alias,
            Platform = platform,
            Tenants = tenants,
            Region = region,
            MultiRegion = multiRegion,
            ReplicaRegions = replicas,
            Policy = policy,
        };
        return plan with { Steps = [.. StepsOf(plan)], Warnings = [.. WarningsOf(plan, backup)] };
    }

    /// <summary>The regions of replicas, checked against the key's own.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>, <c>WRONG_PARTITION</c>.</exception>
    public static void CheckReplicas(IReadOnlyList<string> replicas, string region)
    {
        foreach (string replica in replicas)
        {
            if (replica == region)
            {
                throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"{replica} is the region of the key itself; a replica is in another one.");
            }

            if (KeyIdentifier.PartitionOf(replica) != KeyIdentifier.PartitionOf(region))
            {
                throw new TenantEncryptionException(
                    ErrorCodes.WrongPartition, $"A key in {region} can't have a replica in {replica}, which is in another partition.");
            }
        }

        if (replicas.Distinct(StringComparer.Ordinal).Count() < replicas.Count)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "A region is named twice for replicas.");
        }
    }

    public static void CheckDescription(string? description)
    {
        if (description?.Length > LongestDescription)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"The description has {description.Length} characters; AWS KMS takes {LongestDescription} at most.");
        }
    }

    private static string? RegionOf(NewMasterKey request, IReadOnlyList<EncryptionTenant> tenants)
    {
        if (request.Connection.Region is { } given)
        {
            return given;
        }

        string[] regions = [.. tenants.Select(tenant => tenant.Region).OfType<string>().Distinct(StringComparer.Ordinal)];
        return regions.Length > 1
            ? throw new TenantEncryptionException(ErrorCodes.WrongRegion, $"The tenants live in several regions: {string.Join(", ", regions)}.")
            : regions.SingleOrDefault();
    }

    private static void CheckRegion(string region, PlatformProfile platform, IReadOnlyList<EncryptionTenant> tenants)
    {
        PlatformRules.RequireRegion(platform, region);
        if (tenants.FirstOrDefault(tenant => tenant.Region is not null && tenant.Region != region) is { } elsewhere)
        {
            throw new TenantEncryptionException(
                ErrorCodes.WrongRegion, $"Tenant '{elsewhere.TenantId}' lives in {elsewhere.Region}, and the key would be in {region}.");
        }
    }

    private static IReadOnlyList<string> ReplicasOf(NewMasterKey request, string region, bool multiRegion, string? backup)
    {
        IReadOnlyList<string> replicas = request.ReplicaRegions ?? (multiRegion && backup is not null ? [backup] : []);
        if (replicas.Count > 0 && !multiRegion)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "Only a multi-Region key has replicas.");
        }

        CheckReplicas(replicas, region);
        return replicas;
    }

    private static IEnumerable<string> StepsOf(MasterKeyPlan plan)
    {
        yield return $"Make a symmetric {(plan.MultiRegion ? "multi-Region" : "single-Region")} key in {plan.Region}.";
        yield return $"Give it the alias {plan.Alias}.";
        yield return "Have KMS rotate its material every year.";
        if (plan.Policy.IsNeeded)
        {
            yield return $"Put a key policy with these statements: {plan.Policy.Content}.";
        }

        foreach (string replica in plan.ReplicaRegions)
        {
            yield return $"Replicate it to {replica} with the same policy, wait until the replica is Enabled, and give it the same alias.";
        }
    }

    private static IEnumerable<string> WarningsOf(MasterKeyPlan plan, string? backup)
    {
        if (backup is not null && !plan.ReplicaRegions.Contains(backup))
        {
            yield return $"The platform {plan.Platform.Name} asks for a replica in {backup} of a key in {plan.Region}; without it, a new provider fails with {ErrorCodes.ReplicaMissing}.";
        }

        foreach (string warning in plan.Policy.Warnings)
        {
            yield return warning;
        }
    }

    private async Task<(PlatformProfile Platform, IReadOnlyList<EncryptionTenant> Tenants)> ReadAsync(NewMasterKey request, CancellationToken cancellationToken)
    {
        foreach (string tenantId in request.TenantIds)
        {
            TenantIdRule.Check(tenantId);
        }

        return await work.ReadAsync(
            async transaction =>
            {
                var tenants = new List<EncryptionTenant>();
                foreach (string tenantId in request.TenantIds)
                {
                    EncryptionTenant? known = await transaction.Tenants.FindAsync(tenantId).ConfigureAwait(false);
                    if (known is not null && (request.Platform is null || known.Platform == request.Platform.Name))
                    {
                        tenants.Add(known);
                    }
                    else if (request.Platform is null)
                    {
                        await transaction.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
                    }
                }

                string[] platforms = [.. tenants.Select(tenant => tenant.Platform).Distinct(StringComparer.Ordinal)];
                if (platforms.Length > 1)
                {
                    throw new TenantEncryptionException(
                        ErrorCodes.InvalidInput, $"The tenants follow several platforms ({string.Join(", ", platforms)}); a key is made for one.");
                }

                PlatformProfile platform =
                    request.Platform ?? (tenants.Count > 0 ? tenants[0].Profile : PlatformCatalog.FindBuiltIn(PlatformCatalog.Standalone)!);
                return (platform, (IReadOnlyList<EncryptionTenant>)tenants);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refuses an alias that exists, and tells which region was asked, which the AWS configuration may have decided.</summary>
    private static async Task<string> RequireFreeAliasAsync(
        Operation operation, KmsConnection connection, string alias, CancellationToken cancellationToken)
    {
        KmsKeyDescription taken;
        try
        {
            taken = await operation.Kms.DescribeKeyAsync(connection, alias, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.KeyNotFound && exception.Region is not null)
        {
            return exception.Region;
        }

        throw new TenantEncryptionException(
            ErrorCodes.AliasExists, $"{alias} in {KeyIdentifier.Parse(taken.KeyArn).Region} points to {taken.KeyArn} ({taken.KeyState}); nothing was made.")
        {
            Operation = "kms:CreateAlias",
            KeyArn = taken.KeyArn,
            Region = KeyIdentifier.Parse(taken.KeyArn).Region,
        };
    }
}
