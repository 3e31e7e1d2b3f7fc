using TenantEncryption.Errors;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;

namespace TenantEncryption.Providers.Validation;

/// <summary>The facts of a key, region by region, as KMS tells them to the caller.</summary>
internal static class KeyChecks
{
    /// <summary>Looks at the key in the provider's own region.</summary>
    /// <returns>The facts; <see langword="null"/> where they can't be seen.</returns>
    public static async Task<KmsKeyDescription?> AddAsync(
        KeyProviderCheckList checks, IKms kms, ValidationTarget target, ReviewedRegion home, CancellationToken cancellationToken)
    {
        KmsKeyDescription? key = await DescribeAsync(checks, kms, home, cancellationToken).ConfigureAwait(false);
        if (key is null)
        {
            return null;
        }

        AddFacts(checks, key, home);
        await AddRotationAsync(checks, kms, home.Key, cancellationToken).ConfigureAwait(false);
        await AddAliasAsync(checks, kms, target.Provider, cancellationToken).ConfigureAwait(false);
        return key;
    }

    /// <summary>Looks at a replica.</summary>
    public static async Task AddReplicaAsync(KeyProviderCheckList checks, IKms kms, ReviewedRegion replica, CancellationToken cancellationToken)
    {
        if (await DescribeAsync(checks, kms, replica, cancellationToken).ConfigureAwait(false) is { } key)
        {
            AddState(checks, key, replica);
        }
    }

    private static async Task<KmsKeyDescription?> DescribeAsync(
        KeyProviderCheckList checks, IKms kms, ReviewedRegion region, CancellationToken cancellationToken)
    {
        try
        {
            KmsKeyDescription key = await kms.DescribeKeyAsync(region.Key.Connection, region.Key.KeyArn, cancellationToken).ConfigureAwait(false);
            checks.Pass("KeyExists", $"The key is {key.KeyArn}.", region.Name);
            return key;
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.PolicyDenied)
        {
            checks.Skip("KeyExists", "The caller may not describe the key (kms:DescribeKey), so its facts can't be seen.", region.Name);
        }
        catch (TenantEncryptionException exception)
        {
            checks.Fail("KeyExists", exception.Code, exception.Detail, region);
        }

        return null;
    }

    private static void AddFacts(KeyProviderCheckList checks, KmsKeyDescription key, ReviewedRegion home)
    {
        string region = home.Name;
        checks.Expect("KeySpec", key.KeySpec == "SYMMETRIC_DEFAULT", ErrorCodes.InvalidKeySpec, $"The key spec is {key.KeySpec}.", region);
        checks.Expect("KeyUsage", key.KeyUsage == "ENCRYPT_DECRYPT", ErrorCodes.InvalidKeyUsage, $"The key usage is {key.KeyUsage}.", region);
        AddState(checks, key, home);
        if (key.KeyManager == "CUSTOMER")
        {
            checks.Pass("KeyManager", "The key is customer-managed.", region);
        }
        else
        {
            checks.Fail("KeyManager", ErrorCodes.PolicyDenied, $"The key is managed by {key.KeyManager}: its policy can't be changed for this use.", region);
        }

        if (key.Origin == "AWS_KMS")
        {
            checks.Pass("Origin", "AWS KMS made the key material.", region);
        }
        else
        {
            checks.Warn(
                "Origin",
                null,
                $"The key material's origin is {key.Origin}.",
                "Its owner must keep a copy: imported or external material can be lost for good.",
                region);
        }
    }

    private static void AddState(KeyProviderCheckList checks, KmsKeyDescription key, ReviewedRegion region)
    {
        string deletion = key.DeletionDate is { } date ? $" (deletion on {date.UtcDateTime:yyyy-MM-dd})" : "";
        string observed = $"The key state is {key.KeyState}{deletion}.";
        if (key.KeyState == "Enabled")
        {
            checks.Pass("KeyState", observed, region.Name);
        }
        else
        {
            checks.Fail("KeyState", CodeOfState(key.KeyState), observed, region);
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

    private static async Task AddRotationAsync(KeyProviderCheckList checks, IKms kms, KeyRegion home, CancellationToken cancellationToken)
    {
        const string Name = "Rotation";
        try
        {
            KmsRotation rotation = (await kms.Administration.GetRotationAsync(home.Connection, home.KeyArn, cancellationToken).ConfigureAwait(false)).Value;
            if (rotation.Enabled)
            {
                checks.Pass(Name, rotation.PeriodInDays is { } days ? $"KMS rotates the key material every {days} days." : "KMS rotates the key material.", home.Region);
            }
            else
            {
                checks.Warn(Name, null, "KMS does not rotate the key material.", "Turn rotation on (Update-MasterKey -Rotation $true).", home.Region);
            }
        }
        catch (TenantEncryptionException exception)
        {
            checks.Skip(Name, $"Whether KMS rotates the key material can't be seen ({exception.Code}: {exception.Detail})", home.Region);
        }
    }

    private static async Task AddAliasAsync(KeyProviderCheckList checks, IKms kms, KeyProvider provider, CancellationToken cancellationToken)
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
}
