using System.Security.Cryptography;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Kms;

namespace TenantEncryption.Providers.Validation;

/// <summary>Whether a key that is sealed with the tenant's encryption context is opened again. Nothing is kept of it.</summary>
internal sealed class RoundTripCheck(KeySealer sealer, ProviderAuthenticator authenticator) : IKeyCheck
{
    private const string Name = "RoundTrip";

    /// <inheritdoc/>
    public int CountCalls(ValidationTarget target) => KeySealer.CallsToSeal(target.Tenant, target.Provider) + KeySealer.CallsToOpen(target.Provider);

    /// <inheritdoc/>
    public async Task RunAsync(ValidationRun run, CancellationToken cancellationToken)
    {
        (KeyProviderCheckList checks, IKms kms, ValidationTarget target) = (run.Checks, run.Kms, run.Target);
        if (checks.Code is not (ErrorCodes.Success or ErrorCodes.ProviderDeactivated))
        {
            checks.Skip(Name, $"Not tried, as the key can't work ({checks.Code}).");
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
                Name,
                CryptographicOperations.FixedTimeEquals(probe.Span, opened.Span),
                ErrorCodes.WrongKey,
                $"A key sealed with the context {string.Join(", ", record.EncryptionContext.Select(pair => $"{pair.Key}={pair.Value}"))} was opened again.");
        }
        catch (TenantEncryptionException exception)
        {
            string observed = exception.Operation is null ? exception.Detail : $"{exception.Operation}: {exception.Detail}";
            if (exception.Code == ErrorCodes.PolicyDenied && run.Proof is PlatformProof.Seen or PlatformProof.Lacking)
            {
                checks.Warn(
                    Name,
                    exception.Code,
                    $"The caller itself may not use the key, which says nothing of the platform's principals. {observed}",
                    "Fine for an administrator who only prepares the key. To protect data from here, call as a principal that may use it (-RoleArn).",
                    exception.Region);
            }
            else
            {
                checks.Fail(Name, exception.Code, observed, exception.Region);
            }
        }
    }
}
