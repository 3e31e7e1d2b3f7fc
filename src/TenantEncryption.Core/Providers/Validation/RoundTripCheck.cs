using System.Security.Cryptography;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Sources;
using TenantEncryption.Kms;

namespace TenantEncryption.Providers.Validation;

/// <summary>Whether a key that is sealed with the tenant's encryption context is opened again. Nothing is kept of it.</summary>
internal sealed class RoundTripCheck(KeySealer sealer) : IKeyCheck
{
    private const string Name = "RoundTrip";
    private const string GenerateDataKey = "kms:GenerateDataKey";

    /// <inheritdoc/>
    public int CountCalls(ValidationTarget target) => KeySources.CallsToMake(target.Tenant, target.Provider) + KeySources.CallsToOpen(target.Provider);

    /// <inheritdoc/>
    public async Task RunAsync(ValidationRun run, CancellationToken cancellationToken)
    {
        (KeyProviderCheckList checks, IKmsChannel kms, ValidationTarget target) = (run.Checks, run.Kms, run.Target);
        if (checks.Code is not (ErrorCodes.Success or ErrorCodes.ProviderDeactivated))
        {
            checks.Skip(Name, $"Not tried, as the key can't work ({checks.Code}).");
            return;
        }

        string kekId = Identifiers.New(Identifiers.KekPrefix);
        try
        {
            using SecretBytes probe = SecretBytes.Random(KeyRecordCipher.KeyLength);
            KeyRecord record = await sealer.SealAsync(kms, probe, kekId, target.Tenant, target.Provider, cancellationToken).ConfigureAwait(false);
            using SecretBytes opened = await sealer.OpenAsync(kms, record, target.Provider, cancellationToken).ConfigureAwait(false);
            checks.Expect(
                Name,
                CryptographicOperations.FixedTimeEquals(probe.Span, opened.Span),
                ErrorCodes.WrongKey,
                $"A key sealed with the context {string.Join(", ", record.EncryptionContext.Select(pair => $"{pair.Key}={pair.Value}"))} was opened again.");
        }
        catch (TenantEncryptionException exception)
        {
            string observed = exception.Operation is null ? exception.Detail : $"{exception.Operation}: {exception.Detail}";
            if (exception.Code == ErrorCodes.PolicyDenied && exception.Operation?.StartsWith(GenerateDataKey, StringComparison.Ordinal) == true)
            {
                observed += await ReadingAsync(run, kekId, exception, cancellationToken).ConfigureAwait(false);
            }

            if (exception.Code == ErrorCodes.PolicyDenied && run.Proof is PlatformProof.Seen or PlatformProof.Lacking)
            {
                checks.Warn(
                    Name,
                    exception.Code,
                    $"The caller itself may not use the key, which says nothing of the platform's principals. {observed}",
                    "Fine for an administrator who only prepares the key. To protect data from here, call as a principal that may use it (KmsConnection.RoleArn).",
                    exception.Region);
            }
            else
            {
                checks.Fail(Name, exception.Code, observed, exception.Region);
            }
        }
    }

    /// <summary>
    /// Whether who can't make data keys could still read what there is: KMS tells without a ciphertext. An endpoint that does not know how says nothing.
    /// </summary>
    private static async Task<string> ReadingAsync(
        ValidationRun run, string kekId, TenantEncryptionException refusal, CancellationToken cancellationToken)
    {
        KmsConnection there = run.Home.Key.Connection;
        try
        {
            await run.Kms.DryRunAsync(
                there,
                DryRunOperation.Decrypt,
                run.Home.Key.KeyArn,
                KeySealer.ContextOf(run.Target.Tenant, run.Target.Provider, kekId),
                cancellationToken).ConfigureAwait(false);
            return " kms:Decrypt would be permitted: what is there can be read, nothing new can be protected.";
        }
        catch (TenantEncryptionException exception) when (exception.Code != ErrorCodes.Cancelled)
        {
            return exception.Code == refusal.Code ? " kms:Decrypt would be refused, too." : "";
        }
    }
}
