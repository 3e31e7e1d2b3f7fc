using TenantEncryption.Errors;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;

namespace TenantEncryption.Providers.Validation;

/// <summary>Whether the grants are there by which the platform uses the key, in each region: nothing is opened without.</summary>
internal sealed class GrantCheck : IKeyCheck
{
    private const string Name = "Grant";

    /// <inheritdoc/>
    public int CountCalls(ValidationTarget target) => RequiredGrant.CountOf(target.Tenant, target.Provider);

    /// <inheritdoc/>
    public async Task RunAsync(ValidationRun run, CancellationToken cancellationToken)
    {
        (KeyProviderCheckList checks, KeyProvider provider) = (run.Checks, run.Target.Provider);
        if (!RequiredGrant.Of(run.Target.Tenant, provider))
        {
            return;
        }

        if (!run.Target.IsRegistered)
        {
            checks.Skip(Name, $"{run.Target.Platform.Name} uses the key by a grant, which is made when the key is registered.", run.Home.Name, CheckSubject.Platform);
            return;
        }

        if (provider.Grants.Count == 0)
        {
            checks.Fail(
                Name, ErrorCodes.GrantNotFound, "The provider was registered without a grant.", run.Home.Name, CheckSubject.Platform, RequiredGrant.RemedyFor(provider));
        }

        foreach (ProviderGrant grant in provider.Grants)
        {
            await CheckAsync(run, grant, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task CheckAsync(ValidationRun run, ProviderGrant grant, CancellationToken cancellationToken)
    {
        KeyProvider provider = run.Target.Provider;
        KeyRegion there = KeyRegion.All(provider).FirstOrDefault(region => region.Region == grant.Region)
            ?? new KeyRegion(grant.Region, grant.KeyArn, provider.Connection with { Region = grant.Region });

        // Elsewhere than at home, a grant is missed by who fails over to it alone.
        var reviewed = new ReviewedRegion(there, IsNeeded: grant.Region == run.Home.Name);
        try
        {
            KmsGrant? found = (await run.Kms.FindGrantAsync(there.Connection, grant.KeyArn, grant.GrantId, cancellationToken).ConfigureAwait(false)).Value;
            if (found is null)
            {
                Fail(run, reviewed, ErrorCodes.GrantNotFound, $"The grant {grant} is not on the key: it was revoked or retired.", RequiredGrant.RemedyFor(provider));
            }
            else
            {
                run.Checks.Pass(Name, $"The grant {grant} is on the key.", grant.Region, CheckSubject.Platform);
            }
        }
        catch (TenantEncryptionException exception)
        {
            Fail(run, reviewed, exception.Code, $"Whether the grant {grant} is on the key can't be seen (kms:ListGrants), and nothing is opened without: {exception.Detail}", exception.Remedy);
        }
    }

    private static void Fail(ValidationRun run, ReviewedRegion region, string code, string observed, string remedy) =>
        run.Checks.Fail(Name, code, observed, region, CheckSubject.Platform, remedy);
}
