using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;

namespace TenantEncryption.Providers.Validation;

/// <summary>Whether KMS rotates the key material by itself.</summary>
internal sealed class RotationCheck : IKeyCheck
{
    private const string Name = "Rotation";

    /// <inheritdoc/>
    public int CountCalls(ValidationTarget target) => 1;

    /// <inheritdoc/>
    public async Task RunAsync(ValidationRun run, CancellationToken cancellationToken)
    {
        if (run.Key is null)
        {
            return;
        }

        KeyProviderCheckList checks = run.Checks;
        KeyRegion home = run.Home.Key;
        try
        {
            KmsRotation rotation = (await run.Kms.GetRotationAsync(home.Connection, home.KeyArn, cancellationToken).ConfigureAwait(false)).Value;
            if (rotation.Enabled)
            {
                checks.Pass(Name, rotation.PeriodInDays is { } days ? $"KMS rotates the key material every {Counted.Of(days, "day")}." : "KMS rotates the key material.", home.Region);
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
}
