using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Tenants;

namespace TenantEncryption.Providers;

/// <summary>What a tenant's platform allows to be done with its providers. A refusal names the platform and the rule.</summary>
internal static class PlatformRules
{
    /// <summary>Refuses a registration that could never be used.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="newProvider">What is to be registered.</param>
    /// <param name="own">The tenant's providers.</param>
    public static void RequireRegistration(EncryptionTenant tenant, NewKeyProvider newProvider, IReadOnlyList<KeyProvider> own)
    {
        PlatformProfile platform = tenant.Profile;
        if (tenant.Edition is { } edition && platform.InternalOnlyEditions.Contains(edition, StringComparer.OrdinalIgnoreCase))
        {
            throw Forbidden(platform, $"the edition '{edition}' of tenant '{tenant.TenantId}' and a customer master key exclude each other");
        }

        if (tenant.Parent is { } parent)
        {
            throw Forbidden(platform, $"tenant '{tenant.TenantId}' inherits the key provider of '{parent}'");
        }

        if (platform.Lifecycle.KeyChange == KeyChange.Never && own.Any(provider => provider.Type == KeyProviderType.AwsKms && provider.Status != KeyProviderStatus.Pending))
        {
            throw Forbidden(platform, "a tenant's customer master key is fixed: make the tenant anew with the other key");
        }

        if (newProvider.GranteePrincipal is not null && platform.Grant is null)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"The platform {platform.Name} uses a key by no grant, so there is none to make for {newProvider.GranteePrincipal}. KeyGrantService.CreateAsync makes one beside.");
        }

        if (platform.ContextValueRequired && newProvider.ContextValue is null)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput,
                $"On {platform.Name} the vendor makes the value of the encryption context pair '{platform.ContextKey}': give it with NewKeyProvider.ContextValue, or what the vendor shows with NewKeyProvider.From.");
        }
    }

    /// <summary>Refuses an edition that excludes a customer master key for a tenant that has one.</summary>
    /// <param name="tenant">The tenant, with that edition.</param>
    /// <param name="own">Its providers.</param>
    public static void RequireEdition(EncryptionTenant tenant, IReadOnlyList<KeyProvider> own)
    {
        if (tenant.Edition is { } edition
            && tenant.Profile.InternalOnlyEditions.Contains(edition, StringComparer.OrdinalIgnoreCase)
            && own.FirstOrDefault(provider => provider.Type == KeyProviderType.AwsKms) is { } cmk)
        {
            throw Forbidden(tenant.Profile, $"the edition '{edition}' and a customer master key exclude each other, and tenant '{tenant.TenantId}' has '{cmk.Name}'");
        }
    }

    /// <summary>Whether a new provider is a second layer, as its platform has it or the administrator asked.</summary>
    public static bool SecondLayerOf(EncryptionTenant tenant, NewKeyProvider newProvider) => tenant.Profile.SecondLayer switch
    {
        SecondLayerRule.Always => true,
        SecondLayerRule.Never when newProvider.SecondLayer => throw Forbidden(tenant.Profile, "a customer master key is no second layer there"),
        _ => newProvider.SecondLayer,
    };

    /// <summary>
    /// Refuses a key for tenants of several end-user organisations, where the platform wants one for each. A tenant whose organisation nobody told
    /// may be of any.
    /// </summary>
    /// <param name="platform">The platform.</param>
    /// <param name="tenants">The tenants that the key would serve.</param>
    /// <param name="keyArn">The key, or <see langword="null"/> before there is one.</param>
    /// <exception cref="TenantEncryptionException"><c>KEY_SHARED_ACROSS_ORGANIZATIONS</c>.</exception>
    public static void RequireOneOrganization(PlatformProfile platform, IEnumerable<EncryptionTenant> tenants, string? keyArn)
    {
        string[] organizations = [.. tenants.Select(tenant => tenant.Organization).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (platform.SeparateOrganizations && organizations.Length > 1)
        {
            throw new TenantEncryptionException(
                ErrorCodes.KeySharedAcrossOrganizations,
                $"On {platform.Name} each end-user organisation must have a key of its own; {keyArn ?? "this one"} would serve {string.Join(" and ", organizations)}.")
            {
                KeyArn = keyArn,
            };
        }
    }

    /// <summary>Refuses to activate a Pending provider where the platform has no such step.</summary>
    public static void RequireActivation(EncryptionTenant tenant, KeyProvider active)
    {
        switch (tenant.Profile.Lifecycle.KeyChange)
        {
            case KeyChange.Migrate:
                throw Forbidden(tenant.Profile, "a key provider becomes current by a migration only (KeyMigrationService.StartAsync)");
            case KeyChange.Never:
                RequireEmptyInternal(tenant, active);
                break;
        }
    }

    /// <summary>Refuses a migration that the platform does not allow.</summary>
    public static void RequireMigration(EncryptionTenant tenant, KeyProvider active, KeyProvider target)
    {
        PlatformLifecycle rules = tenant.Profile.Lifecycle;
        if (target.Id == active.Id)
        {
            return;
        }

        if (target.Type == KeyProviderType.Internal && !rules.ToInternal)
        {
            throw Forbidden(tenant.Profile, $"there is no way back to {tenant.Profile.InternalProvider}");
        }

        switch (rules.KeyChange)
        {
            case KeyChange.Activate:
                throw Forbidden(tenant.Profile, "a key provider becomes current by activating it (KeyProviderService.EnableAsync)");
            case KeyChange.Never:
                RequireEmptyInternal(tenant, active);
                break;
        }
    }

    /// <summary>Refuses to deactivate or restore a provider where the platform has no such step.</summary>
    public static void RequireDeactivation(EncryptionTenant tenant)
    {
        if (!tenant.Profile.Lifecycle.Deactivation)
        {
            throw Forbidden(tenant.Profile, "key providers are neither deactivated nor restored");
        }
    }

    /// <summary>Refuses to remove a provider where the platform keeps them.</summary>
    public static void RequireRemoval(EncryptionTenant tenant, KeyProvider provider)
    {
        // A provider that never was in use has left nothing behind.
        if (provider.Status == KeyProviderStatus.Pending && tenant.Profile.Lifecycle.Removal != ProviderRemoval.Never)
        {
            return;
        }

        switch (tenant.Profile.Lifecycle.Removal)
        {
            case ProviderRemoval.Never:
                throw Forbidden(tenant.Profile, "key providers are never removed, only archived and deactivated");
            case ProviderRemoval.WithTenant:
                throw Forbidden(tenant.Profile, "a key provider is removed with its tenant only");
        }
    }

    /// <summary>What the platform has confirmed before a provider becomes the current one, in a sentence; <see langword="null"/> where it asks nothing.</summary>
    public static string? QuestionOf(EncryptionTenant tenant, KeyProvider active, KeyProvider target)
    {
        PlatformLifecycle rules = tenant.Profile.Lifecycle;
        return active.Id == target.Id ? null
            : rules.FromInternal == InternalExit.Permanent && active.Type == KeyProviderType.Internal && target.Type != KeyProviderType.Internal
                ? "The platform calls this permanent: there is no way back to its own KMS without the vendor's help."
            : rules.ChangeQuestion is { } question ? $"{tenant.Profile.Name} asks: {question}"
            : null;
    }

    private static void RequireEmptyInternal(EncryptionTenant tenant, KeyProvider active)
    {
        if (active.Type != KeyProviderType.Internal)
        {
            throw Forbidden(tenant.Profile, "a tenant's customer master key is fixed: make the tenant anew with the other key");
        }

        if (active.MessageCount + active.ValueCount > 0)
        {
            throw Forbidden(
                tenant.Profile,
                $"a tenant that has data under {tenant.Profile.InternalProvider} can't get a customer master key: make it anew with the other key");
        }
    }

    /// <summary>Refuses a region that the platform does not serve, or whose partition it does not take.</summary>
    /// <exception cref="TenantEncryptionException"><c>WRONG_PARTITION</c>, <c>WRONG_REGION</c>.</exception>
    public static void RequireRegion(PlatformProfile platform, string region)
    {
        string partition = KeyIdentifier.PartitionOf(region);
        if (!platform.Partitions.Contains(partition))
        {
            throw new TenantEncryptionException(
                ErrorCodes.WrongPartition, $"{region} is in partition {partition}; the platform {platform.Name} takes {string.Join(", ", platform.Partitions)}.");
        }

        if (!platform.Serves(region))
        {
            throw new TenantEncryptionException(
                ErrorCodes.WrongRegion,
                $"The platform {platform.Name} does not serve {region}; it serves {string.Join(", ", platform.Regions.Select(served => served.Name))}.");
        }
    }

    /// <summary>What the platform does not allow.</summary>
    internal static TenantEncryptionException Forbidden(PlatformProfile platform, string rule) =>
        new(ErrorCodes.TransitionForbidden, $"The platform {platform.Name} forbids it: {rule}.");
}
