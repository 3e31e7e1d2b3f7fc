using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Tenants;

namespace TenantEncryption.Providers.Validation;

/// <summary>
/// Tests a key for a tenant: by looking at it in each of its regions, by judging its policies and grants for the platform's principals, and
/// by a real round trip with the tenant's encryption context. It changes nothing. A cause that can be told apart gets its own check and code.
/// </summary>
internal sealed class KeyProviderValidator(KeySealer sealer, TimeProvider time)
{
    private readonly RoundTripCheck _roundTrip = new(sealer);

    /// <summary>How many calls of KMS a test makes, exactly, where nothing fails and the key is as it was registered.</summary>
    /// <param name="target">What is tested.</param>
    public int CountCalls(ValidationTarget target) => ChecksOf(target).Sum(check => check.CountCalls(target));

    /// <summary>Tests.</summary>
    /// <param name="kms">The KMS.</param>
    /// <param name="target">What is tested.</param>
    /// <param name="offline">Whether to make no call.</param>
    /// <param name="cancellationToken">Ends the test.</param>
    public async Task<KeyProviderTestResult> TestAsync(IKmsChannel kms, ValidationTarget target, bool offline, CancellationToken cancellationToken)
    {
        var run = new ValidationRun(kms, target, time.GetUtcNow());
        KeyProviderCheckList checks = run.Checks;
        if (target.IsRegistered)
        {
            checks.Expect(
                "ProviderState",
                target.Provider.Status != KeyProviderStatus.Deactivated,
                ErrorCodes.ProviderDeactivated,
                $"The provider is {target.Provider.Status}.");
        }

        if (target.Provider.Type == KeyProviderType.AwsKms)
        {
            RegistrationChecks.Add(checks, target);
        }

        if (offline)
        {
            checks.Skip("Online", "Offline: no call was made, so nothing is known of the key itself.");
        }
        else
        {
            foreach (IKeyCheck check in ChecksOf(target))
            {
                await check.RunAsync(run, cancellationToken).ConfigureAwait(false);
            }
        }

        string code = checks.Code;
        if (code == ErrorCodes.Success && run.Proof == PlatformProof.Lacking)
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

    private IReadOnlyList<IKeyCheck> ChecksOf(ValidationTarget target) => target.Provider.Type == KeyProviderType.AwsKms
        ? [new KeyFactsCheck(), new RotationCheck(), new AliasCheck(), new ReplicaCheck(), new PolicyCheck(), new GrantCheck(), new OpenReplicaCheck(), _roundTrip]
        : [_roundTrip];
}
