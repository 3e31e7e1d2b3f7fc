using TenantEncryption.Changes;
using TenantEncryption.Keys;
using TenantEncryption.Platforms;
using TenantEncryption.Policies;
using TenantEncryption.Providers;
using TenantEncryption.Providers.Grants;
using TenantEncryption.Providers.Validation;
using TenantEncryption.Stores;

namespace TenantEncryption.Tenants;

/// <summary>
/// Finds what a new tenant begins with: the platform's internal KMS, the provider of its parent, or a customer master key from the start, tested.
/// </summary>
internal sealed class FirstProvider(UnitOfWork work, KeyProviderTester tester, GrantMaker grants, TimeProvider time)
{
    /// <summary>The provider that is Active, with its grants.</summary>
    /// <exception cref="TenantEncryptionException">What forbids it, or the code of the failed test.</exception>
    public async Task<KeyProvider> FindAsync(Operation operation, EncryptionTenant tenant, NewTenant newTenant, CancellationToken cancellationToken)
    {
        KeyProvider provider =
            newTenant.Key is { } key ? await OfKeyAsync(operation, tenant, key, cancellationToken).ConfigureAwait(false)
            : tenant.Parent is { } parentId ? await OfParentAsync(tenant, parentId, cancellationToken).ConfigureAwait(false)
            : Internal(tenant);
        provider = provider with
        {
            Id = Identifiers.New(Identifiers.ProviderPrefix),
            TenantId = tenant.TenantId,
            Status = KeyProviderStatus.Active,
            CreatedAt = time.GetUtcNow(),
            PromotedToCurrentAt = time.GetUtcNow(),
        };

        // A child's calls name the child, which its parent's grant does not permit: it has one of its own beside. One to a service is for a resource that
        // the parent's names: for the child's own calls the caller has the grant.
        string? grantee = newTenant.Key?.GranteePrincipal
            ?? provider.Grants.Select(grant => grant.GranteePrincipal).FirstOrDefault(principal => !PrincipalSyntax.IsService(principal));
        return await grants.MakeAsync(operation, tenant, provider, grantee, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The tenant's internal provider, Archived beside a customer master key, as every tenant has one.</summary>
    public KeyProvider Internal(EncryptionTenant tenant) => new()
    {
        Id = Identifiers.New(Identifiers.ProviderPrefix),
        TenantId = tenant.TenantId,
        Name = tenant.Profile.InternalProvider,
        Type = KeyProviderType.Internal,
        Status = KeyProviderStatus.Archived,
        CreatedAt = time.GetUtcNow(),
    };

    private async Task<KeyProvider> OfKeyAsync(Operation operation, EncryptionTenant tenant, NewKeyProvider key, CancellationToken cancellationToken)
    {
        if (tenant.Parent is { } parent)
        {
            throw PlatformRules.Forbidden(tenant.Profile, $"a child inherits the key provider of '{parent}' and has no key of its own");
        }

        ProviderNameRule.Check(key.Name);
        key = ProviderRegistration.WithShown(tenant.Profile, key);
        PlatformRules.RequireRegistration(tenant, key, own: []);
        KeyProvider draft = await ProviderRegistration.DraftAsync(operation.Kms, tenant, key, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        await tester.RequireWorkingDraftAsync(operation, tenant, draft, cancellationToken).ConfigureAwait(false);
        return draft;
    }

    private async Task<KeyProvider> OfParentAsync(EncryptionTenant tenant, string parentId, CancellationToken cancellationToken)
    {
        (EncryptionTenant parent, KeyProvider active) = await work.ReadAsync(
            async transaction => (
                await transaction.Tenants.RequireAsync(parentId).ConfigureAwait(false),
                (await transaction.Providers.FindActiveAsync(parentId).ConfigureAwait(false))!),
            cancellationToken).ConfigureAwait(false);
        PlatformProfile platform = tenant.Profile;
        string? fault =
            !platform.Children ? "its tenants have no parents"
            : parent.Platform != platform.Name ? $"the parent '{parentId}' is a tenant of {parent.Platform}"
            : parent.Parent is not null ? $"'{parentId}' is itself a child of '{parent.Parent}'"
            : active.Type == KeyProviderType.AwsKms && platform.InternalOnlyEditions.Contains(tenant.Edition ?? "", StringComparer.OrdinalIgnoreCase)
                ? $"the edition '{tenant.Edition}' and the customer master key of '{parentId}' exclude each other"
            : null;
        return fault is null ? active : throw PlatformRules.Forbidden(platform, fault);
    }
}
