using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Tenants;

namespace TenantEncryption.Providers;

/// <summary>Makes a provider from what an administrator gives: checks its form, and resolves it to a key ARN.</summary>
internal static class ProviderRegistration
{
    /// <summary>Takes from what the platform itself shows what is not given.</summary>
    /// <exception cref="TenantEncryptionException"><c>MALFORMED_POLICY</c>, <c>TEMPLATE_MISMATCH</c>.</exception>
    public static NewKeyProvider WithShown(PlatformProfile platform, NewKeyProvider given)
    {
        if (given.From is null)
        {
            return given;
        }

        IReadOnlyDictionary<string, IReadOnlyList<string>> shown = TemplateCapture.Read(given.From, platform);
        string? contextPlaceholder = platform.Placeholders.FirstOrDefault(one => one.Source == PlaceholderSource.ContextValue)?.Name;
        var parameters = PlaceholderParameters.VendorsOwn(platform, shown);
        foreach ((string name, IReadOnlyList<string> values) in given.Parameters)
        {
            parameters[name] = values;
        }

        return given with
        {
            ContextValue = given.ContextValue ?? (contextPlaceholder is not null && shown.TryGetValue(contextPlaceholder, out IReadOnlyList<string>? value) ? value[0] : null),
            Parameters = parameters,
        };
    }

    /// <summary>How many calls of KMS <see cref="DraftAsync"/> made for a provider: to resolve its identifier, and to find its replicas.</summary>
    public static int CountCalls(KeyProvider provider) =>
        (provider.KeyIdentifier == provider.KeyArn ? 0 : 1) + (provider.MultiRegion ? ReplicaSearch.Calls : 0);

    /// <summary>The provider, Pending, not stored.</summary>
    /// <param name="kms">Resolves the identifier; <see langword="null"/> to make no call.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="newProvider">What was given.</param>
    /// <param name="now">The time of registration.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <exception cref="TenantEncryptionException">
    /// <c>INVALID_INPUT</c>, <c>INVALID_ARN</c>, <c>WRONG_PARTITION</c>, <c>TRANSITION_FORBIDDEN</c>; and, where the identifier is not a key ARN and must
    /// be resolved, what KMS answers.
    /// </exception>
    public static async Task<KeyProvider> DraftAsync(
        IKmsChannel? kms, EncryptionTenant tenant, NewKeyProvider newProvider, DateTimeOffset now, CancellationToken cancellationToken)
    {
        KeyIdentifier identifier = KeyIdentifier.Parse(newProvider.KeyIdentifier);
        CheckForm(identifier, tenant.Profile);
        CheckHierarchy(tenant, newProvider);
        PlaceholderParameters.RefuseUnknown(tenant.Profile, newProvider.Parameters.Keys);
        KmsConnection connection = newProvider.Connection with
        {
            Region = newProvider.Connection.Region ?? identifier.Region ?? tenant.Region,
            FipsEndpoints = tenant.Profile.FipsEndpoints,
        };
        string keyArn =
            identifier.Form == KeyIdentifierForm.KeyArn ? newProvider.KeyIdentifier
            : kms is null ? throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"Without a call it is not known which key '{newProvider.KeyIdentifier}' is: give a key ARN.")
            : (await kms.DescribeKeyAsync(connection, newProvider.KeyIdentifier, cancellationToken).ConfigureAwait(false)).KeyArn;
        KeyIdentifier resolved = KeyIdentifier.Parse(keyArn);
        var provider = new KeyProvider
        {
            Id = Identifiers.New(Identifiers.ProviderPrefix),
            TenantId = tenant.TenantId,
            Name = newProvider.Name,
            Description = newProvider.Description,
            Type = KeyProviderType.AwsKms,
            KeyIdentifier = newProvider.KeyIdentifier,
            KeyArn = keyArn,
            ArnFingerprint = resolved.Fingerprint,
            ContextValue = newProvider.ContextValue,
            Parameters = newProvider.Parameters,
            SecondLayer = PlatformRules.SecondLayerOf(tenant, newProvider),
            Status = KeyProviderStatus.Pending,
            MultiRegion = resolved.IsMultiRegion,
            Connection = connection with { Region = connection.Region ?? resolved.Region },
            CreatedAt = now,
        };
        return provider.MultiRegion && kms is not null
            ? provider with { ReplicaKeys = await ReplicaSearch.FindAsync(kms, tenant, provider, cancellationToken).ConfigureAwait(false) ?? [] }
            : provider;
    }

    private static void CheckForm(KeyIdentifier identifier, PlatformProfile platform)
    {
        if (!platform.IdentifierForms.Contains(identifier.Form.ToString()))
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidArn,
                $"'{identifier}' is a {identifier.Form}; the platform {platform.Name} takes {string.Join(", ", platform.IdentifierForms)}.");
        }

        if (identifier.Partition is { } partition && !platform.Partitions.Contains(partition))
        {
            throw new TenantEncryptionException(
                ErrorCodes.WrongPartition,
                $"The key is in partition {partition}; the platform {platform.Name} takes {string.Join(", ", platform.Partitions)}.");
        }
    }

    private static void CheckHierarchy(EncryptionTenant tenant, NewKeyProvider newProvider)
    {
        string? fault =
            tenant.KeyHierarchy != KeyHierarchy.Direct ? null
            : newProvider.ContextValue is not null
                ? "its messages' own encryption context, which has the tenant id, is what KMS sees, so it takes no other value"
            : newProvider.SecondLayer
                ? "its data keys come straight from KMS, so there is no key that a second layer could seal"
            : null;
        if (fault is not null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"Tenant '{tenant.TenantId}' is Direct: {fault}.");
        }
    }
}
