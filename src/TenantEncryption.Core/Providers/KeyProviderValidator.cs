using System.Security.Cryptography;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Tenants;

namespace TenantEncryption.Providers;

/// <summary>
/// Tests a key provider by looking at the key and by a real round trip with the tenant's encryption context. It changes nothing.
/// A cause that can be told apart gets its own check and code.
/// </summary>
internal sealed class KeyProviderValidator(KeySealer sealer, ProviderAuthenticator authenticator, TimeProvider time)
{
    /// <summary>Tests a provider.</summary>
    /// <param name="kms">The KMS.</param>
    /// <param name="tenant">The provider's tenant.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="sharedWith">Other tenants whose providers stand on the same key.</param>
    /// <param name="cancellationToken">Ends the test.</param>
    public async Task<KeyProviderTestResult> TestAsync(
        IKms kms, EncryptionTenant tenant, KeyProvider provider, IReadOnlyList<string> sharedWith, CancellationToken cancellationToken)
    {
        var checks = new KeyProviderCheckList();
        checks.Expect(
            "ProviderState",
            provider.Status != KeyProviderStatus.Deactivated,
            ErrorCodes.ProviderDeactivated,
            $"The provider is {provider.Status}.");
        bool authentic = await CheckRegistrationAsync(checks, provider, cancellationToken).ConfigureAwait(false);
        if (authentic && provider.Type == KeyProviderType.AwsKms)
        {
            CheckIdentifier(checks, tenant, provider);
            CheckEndpoint(checks, provider);
            await CheckKeyAsync(checks, kms, provider, cancellationToken).ConfigureAwait(false);
            CheckSharing(checks, sharedWith);
        }

        await CheckRoundTripAsync(checks, kms, tenant, provider, cancellationToken).ConfigureAwait(false);
        return new KeyProviderTestResult
        {
            ProviderId = provider.Id,
            Name = provider.Name,
            TenantId = tenant.TenantId,
            KeyArn = provider.KeyArn,
            Code = checks.Code,
            VendorCode = checks.Code,
            Verdict = VerdictOf(checks.Code, provider.Status),
            Checks = checks.Checks,
            Time = time.GetUtcNow(),
        };
    }

    private static KeyProviderVerdict VerdictOf(string code, KeyProviderStatus status) =>
        code != ErrorCodes.Success ? KeyProviderVerdict.WontWork
        : status == KeyProviderStatus.Pending ? KeyProviderVerdict.SafeToActivate
        : status == KeyProviderStatus.Active ? KeyProviderVerdict.Working
        : KeyProviderVerdict.ShouldWork;

    private async Task<bool> CheckRegistrationAsync(KeyProviderCheckList checks, KeyProvider provider, CancellationToken cancellationToken)
    {
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

    private static void CheckIdentifier(KeyProviderCheckList checks, EncryptionTenant tenant, KeyProvider provider)
    {
        PlatformProfile platform = tenant.Profile;
        KeyIdentifier arn = KeyIdentifier.Parse(provider.KeyArn!);
        KeyIdentifierForm form = KeyIdentifier.Parse(provider.KeyIdentifier!).Form;
        checks.Expect(
            "Identifier",
            platform.IdentifierForms.Contains(form.ToString()),
            ErrorCodes.InvalidArn,
            $"The key was given as {form}: {provider.KeyIdentifier}.");
        checks.Expect(
            "Partition",
            platform.Partitions.Contains(arn.Partition!),
            ErrorCodes.WrongPartition,
            $"The key is in partition {arn.Partition}; {platform.Name} takes {string.Join(", ", platform.Partitions)}.");
        if (tenant.Region is null)
        {
            checks.Skip("Region", $"The tenant has no region to compare with {arn.Region}.", arn.Region);
        }
        else
        {
            checks.Expect(
                "Region",
                arn.Region == tenant.Region,
                ErrorCodes.WrongRegion,
                $"The key is in {arn.Region}, the tenant in {tenant.Region}.",
                arn.Region);
        }
    }

    private static void CheckEndpoint(KeyProviderCheckList checks, KeyProvider provider)
    {
        if (provider.Connection.EndpointUrl is { } endpoint)
        {
            checks.Warn("Endpoint", null, $"KMS is called at {endpoint}, not at AWS's own endpoint.", "Fine for tests and VPC endpoints; else remove -EndpointUrl.");
        }
    }

    private static void CheckSharing(KeyProviderCheckList checks, IReadOnlyList<string> sharedWith)
    {
        if (sharedWith.Count > 0)
        {
            checks.Warn(
                "Sharing",
                null,
                $"The key also serves the tenants {string.Join(", ", sharedWith)}.",
                "A key of its own for each tenant is best practice; a shared key's policy must list every tenant id.");
        }
    }

    private static async Task CheckKeyAsync(KeyProviderCheckList checks, IKms kms, KeyProvider provider, CancellationToken cancellationToken)
    {
        KmsKeyDescription key;
        try
        {
            key = await kms.DescribeKeyAsync(provider.Connection, provider.KeyArn!, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.PolicyDenied)
        {
            checks.Skip("KeyExists", "The caller may not describe the key (kms:DescribeKey), so its facts can't be seen; the round trip decides.");
            return;
        }
        catch (TenantEncryptionException exception)
        {
            checks.Fail("KeyExists", exception.Code, exception.Detail, exception.Region);
            return;
        }

        checks.Pass("KeyExists", $"The key is {key.KeyArn}.");
        CheckFacts(checks, key);
        await CheckAliasAsync(checks, kms, provider, cancellationToken).ConfigureAwait(false);
    }

    private static void CheckFacts(KeyProviderCheckList checks, KmsKeyDescription key)
    {
        checks.Expect("KeySpec", key.KeySpec == "SYMMETRIC_DEFAULT", ErrorCodes.InvalidKeySpec, $"The key spec is {key.KeySpec}.");
        checks.Expect("KeyUsage", key.KeyUsage == "ENCRYPT_DECRYPT", ErrorCodes.InvalidKeyUsage, $"The key usage is {key.KeyUsage}.");
        string deletion = key.DeletionDate is { } date ? $" (deletion on {date.UtcDateTime:yyyy-MM-dd})" : "";
        checks.Expect("KeyState", key.KeyState == "Enabled", CodeOfState(key.KeyState), $"The key state is {key.KeyState}{deletion}.");
        if (key.KeyManager == "CUSTOMER")
        {
            checks.Pass("KeyManager", "The key is customer-managed.");
        }
        else
        {
            checks.Fail("KeyManager", ErrorCodes.PolicyDenied, $"The key is managed by {key.KeyManager}: its policy can't be changed for this use.");
        }

        if (key.Origin == "AWS_KMS")
        {
            checks.Pass("Origin", "AWS KMS made the key material.");
        }
        else
        {
            checks.Warn("Origin", null, $"The key material's origin is {key.Origin}.", "Its owner must keep a copy: imported or external material can be lost for good.");
        }
    }

    // The key states of the AWS KMS Developer Guide, "Key states of AWS KMS keys".
    private static string CodeOfState(string state) => state switch
    {
        "Disabled" => ErrorCodes.KeyDisabled,
        "PendingDeletion" or "PendingReplicaDeletion" => ErrorCodes.KeyPendingDeletion,
        "PendingImport" => ErrorCodes.KeyPendingImport,
        _ => ErrorCodes.KeyUnavailable,
    };

    private static async Task CheckAliasAsync(KeyProviderCheckList checks, IKms kms, KeyProvider provider, CancellationToken cancellationToken)
    {
        if (KeyIdentifier.Parse(provider.KeyIdentifier!).AliasName is not { } alias)
        {
            return;
        }

        try
        {
            KmsKeyDescription target = await kms.DescribeKeyAsync(provider.Connection, provider.KeyIdentifier!, cancellationToken).ConfigureAwait(false);
            if (target.KeyArn == provider.KeyArn)
            {
                checks.Pass("Alias", $"{alias} points to the registered key.");
            }
            else
            {
                checks.Warn(
                    "Alias",
                    ErrorCodes.AliasMoved,
                    $"{alias} now points to {target.KeyArn}; the registered key {provider.KeyArn} stays in use.",
                    ErrorCatalog.Get(ErrorCodes.AliasMoved).Remedy);
            }
        }
        catch (TenantEncryptionException exception)
        {
            checks.Warn(
                "Alias", ErrorCodes.AliasMoved, $"{alias} can't be resolved ({exception.Code}); the registered key stays in use.", exception.Remedy);
        }
    }

    private async Task CheckRoundTripAsync(
        KeyProviderCheckList checks, IKms kms, EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken)
    {
        const string Name = "RoundTrip";
        if (checks.Code is not (ErrorCodes.Success or ErrorCodes.ProviderDeactivated))
        {
            checks.Skip(Name, $"Not tried, as the key can't work ({checks.Code}).");
            return;
        }

        try
        {
            using SecretBytes probe = SecretBytes.Random(KeyRecordCipher.KeyLength);
            KeyRecord record = await sealer.SealAsync(
                kms, probe, Identifiers.New(Identifiers.KekPrefix), tenant, provider, cancellationToken).ConfigureAwait(false);
            using SecretBytes opened = await sealer.OpenAsync(kms, record, provider, cancellationToken).ConfigureAwait(false);
            checks.Expect(
                Name,
                CryptographicOperations.FixedTimeEquals(probe.Span, opened.Span),
                ErrorCodes.WrongKey,
                $"A key sealed with the context {string.Join(", ", record.EncryptionContext.Select(pair => $"{pair.Key}={pair.Value}"))} was opened again.");
        }
        catch (TenantEncryptionException exception)
        {
            checks.Fail(Name, exception.Code, exception.Operation is null ? exception.Detail : $"{exception.Operation}: {exception.Detail}", exception.Region);
        }
    }
}
