using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Providers.Validation;

/// <summary>The facts of the key in the provider's own region, as KMS tells them to the caller.</summary>
internal sealed class KeyFactsCheck : IKeyCheck
{
    /// <summary>How many calls <see cref="DescribeAsync"/> makes.</summary>
    public const int CallsToDescribe = 1;

    /// <inheritdoc/>
    public int CountCalls(ValidationTarget target) => CallsToDescribe;

    /// <inheritdoc/>
    public async Task RunAsync(ValidationRun run, CancellationToken cancellationToken)
    {
        run.Key = await DescribeAsync(run, run.Home, cancellationToken).ConfigureAwait(false);
        if (run.Key is not null)
        {
            AddFacts(run.Checks, run.Key, run.Home);
        }
    }

    /// <summary>Looks at a key in a region.</summary>
    /// <returns>The facts; <see langword="null"/> where they can't be seen.</returns>
    public static async Task<KmsKeyDescription?> DescribeAsync(ValidationRun run, ReviewedRegion region, CancellationToken cancellationToken)
    {
        KeyProviderCheckList checks = run.Checks;
        try
        {
            KmsKeyDescription key = await run.Kms.DescribeKeyAsync(region.Key.Connection, region.Key.KeyArn, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Judges the key's state in a region.</summary>
    public static void AddState(KeyProviderCheckList checks, KmsKeyDescription key, ReviewedRegion region)
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
}
