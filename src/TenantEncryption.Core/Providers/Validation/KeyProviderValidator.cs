using System.Security.Cryptography;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Tenants;

namespace TenantEncryption.Providers.Validation;

/// <summary>
/// Tests a key for a tenant: by looking at it in each of its regions, by judging its policies and grants for the platform's principals, and
/// by a real round trip with the tenant's encryption context. It changes nothing. A cause that can be told apart gets its own check and code.
/// </summary>
internal sealed class KeyProviderValidator(KeySealer sealer, ProviderAuthenticator authenticator, TimeProvider time)
{
    private const string RoundTrip = "RoundTrip";

    /// <summary>Tests.</summary>
    /// <param name="kms">The KMS.</param>
    /// <param name="target">What is tested.</param>
    /// <param name="offline">Whether to make no call.</param>
    /// <param name="cancellationToken">Ends the test.</param>
    public async Task<KeyProviderTestResult> TestAsync(IKms kms, ValidationTarget target, bool offline, CancellationToken cancellationToken)
    {
        var checks = new KeyProviderCheckList();
        bool authentic = !target.IsRegistered || await CheckRegistrationAsync(checks, target.Provider, cancellationToken).ConfigureAwait(false);
        bool isCmk = target.Provider.Type == KeyProviderType.AwsKms;
        if (authentic && isCmk)
        {
            RegistrationChecks.Add(checks, target);
        }

        PlatformProof proof = PlatformProof.Needless;
        if (offline)
        {
            checks.Skip("Online", "Offline: no call was made, so nothing is known of the key itself.");
        }
        else
        {
            if (authentic && isCmk)
            {
                proof = await CheckKeyAsync(checks, kms, target, cancellationToken).ConfigureAwait(false);
            }

            await CheckRoundTripAsync(checks, kms, target, proof, cancellationToken).ConfigureAwait(false);
        }

        string code = checks.Code;
        if (code == ErrorCodes.Success && proof == PlatformProof.Lacking)
        {
            checks.Fail(
                "Proof",
                ErrorCodes.NotVerified,
                "Nothing that was seen proves what the platform's principals may do; the caller's own calls prove nothing about them.",
                subject: CheckSubject.Platform);
            code = checks.Code;
        }

        return new KeyProviderTestResult
        {
            ProviderId = target.IsRegistered ? target.Provider.Id : null,
            Name = target.Provider.Name,
            TenantId = target.Tenant.TenantId,
            Platform = target.Platform.Name,
            KeyArn = target.Provider.KeyArn,
            Code = code,
            VendorCode = VendorCodeOf(target.Platform, code),
            Verdict = VerdictOf(code, target.Provider.Status, offline),
            Checks = checks.Checks,
            Time = time.GetUtcNow(),
        };
    }

    /// <summary>The result for a key that can't even be named: its identifier is malformed, of no form that the platform takes, or leads nowhere.</summary>
    public KeyProviderTestResult Fail(EncryptionTenant tenant, string keyIdentifier, TenantEncryptionException fault)
    {
        var checks = new KeyProviderCheckList();
        checks.Fail("Identifier", fault.Code, fault.Detail, fault.Region, remedy: fault.Remedy);
        return new KeyProviderTestResult
        {
            Name = keyIdentifier,
            TenantId = tenant.TenantId,
            Platform = tenant.Platform,
            Code = fault.Code,
            VendorCode = VendorCodeOf(tenant.Profile, fault.Code),
            Verdict = KeyProviderVerdict.WontWork,
            Checks = checks.Checks,
            Time = time.GetUtcNow(),
        };
    }

    private static string VendorCodeOf(PlatformProfile platform, string code) =>
        code == ErrorCodes.Success || platform.VendorCodes.Count == 0 ? code : platform.VendorCodes.GetValueOrDefault(code, ErrorCodes.Unknown);

    private static KeyProviderVerdict VerdictOf(string code, KeyProviderStatus status, bool offline) =>
        code != ErrorCodes.Success ? KeyProviderVerdict.WontWork
        : offline ? KeyProviderVerdict.NotTested
        : status == KeyProviderStatus.Pending ? KeyProviderVerdict.SafeToActivate
        : status == KeyProviderStatus.Active ? KeyProviderVerdict.Working
        : KeyProviderVerdict.ShouldWork;

    private async Task<bool> CheckRegistrationAsync(KeyProviderCheckList checks, KeyProvider provider, CancellationToken cancellationToken)
    {
        checks.Expect(
            "ProviderState",
            provider.Status != KeyProviderStatus.Deactivated,
            ErrorCodes.ProviderDeactivated,
            $"The provider is {provider.Status}.");
        try
        {
            await authenticator.RequireAsync(provider, cancellationToken).ConfigureAwait(false);
            checks.Pass("Registration", "The registration in the store is as this software wrote it.");
            return true;
        }
        catch (TenantEncryptionException exception)
        {
            checks.Fail("Registration", exception.Code, exception.Detail);
            return false;
        }
    }

    private async Task<PlatformProof> CheckKeyAsync(KeyProviderCheckList checks, IKms kms, ValidationTarget target, CancellationToken cancellationToken)
    {
        var home = new ReviewedRegion(KeyRegion.Home(target.Provider), IsNeeded: true);
        KmsKeyDescription? key = await KeyChecks.AddAsync(checks, kms, target, home, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ReviewedRegion> replicas = ReplicaChecks.Add(checks, target, key, home.Key);
        foreach (ReviewedRegion replica in replicas)
        {
            await KeyChecks.AddReplicaAsync(checks, kms, replica, cancellationToken).ConfigureAwait(false);
        }

        var policies = new PolicyChecks(checks, kms, target, key?.MultiRegion ?? target.Provider.MultiRegion, time.GetUtcNow());
        PlatformProof proof = await policies.AddAsync([home, .. replicas], cancellationToken).ConfigureAwait(false);
        ReplicaChecks.AddOpen(checks, home, replicas);
        return proof;
    }

    private async Task CheckRoundTripAsync(
        KeyProviderCheckList checks, IKms kms, ValidationTarget target, PlatformProof proof, CancellationToken cancellationToken)
    {
        if (checks.Code is not (ErrorCodes.Success or ErrorCodes.ProviderDeactivated))
        {
            checks.Skip(RoundTrip, $"Not tried, as the key can't work ({checks.Code}).");
            return;
        }

        try
        {
            using SecretBytes probe = SecretBytes.Random(KeyRecordCipher.KeyLength);
            KeyProvider provider = target.IsRegistered || target.Provider.Type == KeyProviderType.Internal
                ? target.Provider
                : await authenticator.SignAsync(target.Provider, cancellationToken).ConfigureAwait(false);
            KeyRecord record = await sealer.SealAsync(
                kms, probe, Identifiers.New(Identifiers.KekPrefix), target.Tenant, provider, cancellationToken).ConfigureAwait(false);
            using SecretBytes opened = await sealer.OpenAsync(kms, record, provider, cancellationToken).ConfigureAwait(false);
            checks.Expect(
                RoundTrip,
                CryptographicOperations.FixedTimeEquals(probe.Span, opened.Span),
                ErrorCodes.WrongKey,
                $"A key sealed with the context {string.Join(", ", record.EncryptionContext.Select(pair => $"{pair.Key}={pair.Value}"))} was opened again.");
        }
        catch (TenantEncryptionException exception)
        {
            string observed = exception.Operation is null ? exception.Detail : $"{exception.Operation}: {exception.Detail}";
            if (exception.Code == ErrorCodes.PolicyDenied && proof is PlatformProof.Seen or PlatformProof.Lacking)
            {
                checks.Warn(
                    RoundTrip,
                    exception.Code,
                    $"The caller itself may not use the key, which says nothing of the platform's principals. {observed}",
                    "Fine for an administrator who only prepares the key. To protect data from here, call as a principal that may use it (-RoleArn).",
                    exception.Region);
            }
            else
            {
                checks.Fail(RoundTrip, exception.Code, observed, exception.Region);
            }
        }
    }
}
