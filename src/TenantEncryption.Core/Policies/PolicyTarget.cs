using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Policies.Text;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Policies;

/// <summary>For which key and for whom a policy is made: a request with what the store knows.</summary>
internal sealed class PolicyTarget
{
    private readonly PolicyValues _values;
    private readonly IReadOnlyList<EncryptionTenant> _served;

    private PolicyTarget(
        KeyProvider provider, PlatformProfile platform, IReadOnlyList<string> tenantIds, PolicyValues values, IReadOnlyList<EncryptionTenant> served)
    {
        (Provider, Platform, TenantIds) = (provider, platform, tenantIds);
        (_values, _served) = (values, served);
    }

    public KeyProvider Provider { get; }

    public PlatformProfile Platform { get; }

    /// <summary>The tenants for whom the policy is made.</summary>
    public IReadOnlyList<string> TenantIds { get; }

    /// <summary>The values for the key in one of its regions.</summary>
    public PolicyValues ValuesFor(string keyArn) => _values with { Key = KeyIdentifier.Parse(keyArn) };

    /// <summary>What is worth a warning, also of tenants that the policies list already.</summary>
    public IEnumerable<string> WarningsOf(IEnumerable<string> policies) =>
    [
        .. PolicyWarnings.OfSharing(Platform, policies.SelectMany(ListedTenants)),
        .. PolicyWarnings.OfStatements(Platform, ValuesFor(Provider.KeyArn!)),
    ];

    /// <summary>Finds provider, tenants and their context values.</summary>
    /// <exception cref="TenantEncryptionException">
    /// <c>PROVIDER_NOT_FOUND</c>, <c>TENANT_NOT_FOUND</c>, <c>KEY_SHARED_ACROSS_ORGANIZATIONS</c>, <c>TEMPLATE_MISMATCH</c>, <c>INVALID_INPUT</c>.
    /// </exception>
    public static async Task<PolicyTarget> FindAsync(IStoreTransaction store, KeyPolicyRequest request)
    {
        KeyProvider provider = await store.Providers.RequireAsync(request.ProviderId).ConfigureAwait(false);
        if (provider.KeyArn is null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{provider.Name}' is the internal KMS, whose key has no policy.");
        }

        EncryptionTenant owner = await store.Tenants.RequireAsync(provider.TenantId).ConfigureAwait(false);
        IReadOnlyList<KeyProvider> sharing = await store.Providers.ListAsync(new KeyProviderFilter { KeyArn = provider.KeyArn }).ConfigureAwait(false);
        string[] tenantIds = [.. (request.TenantIds.Count == 0 ? [provider.TenantId] : request.TenantIds).Distinct(StringComparer.Ordinal)];
        var tenants = new List<EncryptionTenant>();
        foreach (string tenantId in tenantIds)
        {
            EncryptionTenant tenant = await store.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
            tenants.Add(tenant.Platform == owner.Platform
                ? tenant
                : throw new TenantEncryptionException(
                    ErrorCodes.InvalidInput, $"Tenant '{tenantId}' is on {tenant.Platform}; the provider '{provider.Name}' is for {owner.Platform}."));
        }

        string?[] contextValues = [.. tenantIds.Select(tenantId => ContextValueOf(tenantId, provider, sharing))];
        var values = new PolicyValues
        {
            TenantIds = [.. tenantIds.Zip(contextValues, (tenantId, value) => value ?? tenantId)],
            ContextValue = contextValues is [var only] ? only : null,
            Users = request.Users,
            Parameters = ParametersOf(request, owner.Profile, provider),
        };
        EncryptionTenant[] served = [owner, .. tenants];
        PlatformRules.RequireOneOrganization(owner.Profile, served, provider.KeyArn);
        return new PolicyTarget(provider, owner.Profile, tenantIds, values, served);
    }

    /// <summary>Refuses a policy that lists tenants of the store which belong to another organisation, where the platform wants a key for each.</summary>
    /// <exception cref="TenantEncryptionException"><c>KEY_SHARED_ACROSS_ORGANIZATIONS</c>.</exception>
    public async Task<bool> RefuseOtherOrganizationsAsync(IStoreTransaction store, string policy)
    {
        if (!Platform.SeparateOrganizations)
        {
            return true;
        }

        var served = new List<EncryptionTenant>(_served);
        foreach (string listed in ListedTenants(policy))
        {
            if (await store.Tenants.FindAsync(listed).ConfigureAwait(false) is { } tenant)
            {
                served.Add(tenant);
            }
        }

        PlatformRules.RequireOneOrganization(Platform, served, Provider.KeyArn);
        return true;
    }

    private static string? ContextValueOf(string tenantId, KeyProvider provider, IReadOnlyList<KeyProvider> sharing) =>
        tenantId == provider.TenantId ? provider.ContextValue : sharing.FirstOrDefault(other => other.TenantId == tenantId)?.ContextValue;

    private static Dictionary<string, IReadOnlyList<string>> ParametersOf(KeyPolicyRequest request, PlatformProfile platform, KeyProvider provider)
    {
        Dictionary<string, IReadOnlyList<string>> registered = PlaceholderParameters.Of(platform, from: null, provider.Parameters);
        Dictionary<string, IReadOnlyList<string>> parameters = PlaceholderParameters.Of(platform, request.From, request.Parameters);
        foreach (PlatformPlaceholder placeholder in platform.Placeholders)
        {
            bool given = placeholder.Source == PlaceholderSource.Users && request.Users.Count > 0;
            if (!given && registered.TryGetValue(placeholder.Name, out IReadOnlyList<string>? values))
            {
                parameters.TryAdd(placeholder.Name, values);
            }
        }

        foreach (PlatformPlaceholder placeholder in platform.Placeholders.Where(one => one.Source == PlaceholderSource.ContextValue))
        {
            if (provider.ContextValue is { } own && parameters.TryGetValue(placeholder.Name, out IReadOnlyList<string>? other) && !other.SequenceEqual([own]))
            {
                throw new TenantEncryptionException(
                    ErrorCodes.InvalidInput,
                    $"{placeholder.Name} is '{string.Join("', '", other)}', but the provider '{provider.Name}' was registered with the context value '{own}'.");
            }
        }

        return parameters;
    }

    // The values of the tenants' pair in every statement.
    private IEnumerable<string> ListedTenants(string policy) => ((JObject)PolicyJson.Parse(policy)).Descendants()
        .OfType<JProperty>()
        .Where(property => property.Name.Equals($"kms:EncryptionContext:{Platform.ContextKey}", StringComparison.OrdinalIgnoreCase))
        .SelectMany(property => property.Value is JArray list ? list : (IEnumerable<JToken>)[property.Value])
        .Where(value => value.Type == JTokenType.String)
        .Select(value => (string)value!)
        .Distinct(StringComparer.Ordinal);
}
