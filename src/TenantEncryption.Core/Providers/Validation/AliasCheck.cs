using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Providers.Validation;

/// <summary>Whether the alias that the key was registered by still points to it.</summary>
internal sealed class AliasCheck : IKeyCheck
{
    private const string Name = "Alias";

    /// <inheritdoc/>
    public int CountCalls(ValidationTarget target) => AliasOf(target.Provider) is null ? 0 : 1;

    /// <inheritdoc/>
    public async Task RunAsync(ValidationRun run, CancellationToken cancellationToken)
    {
        KeyProviderCheckList checks = run.Checks;
        KeyProvider provider = run.Target.Provider;
        if (run.Key is null || AliasOf(provider) is not { } alias)
        {
            return;
        }

        try
        {
            KmsKeyDescription target = await run.Kms.DescribeKeyAsync(provider.Connection, provider.KeyIdentifier!, cancellationToken).ConfigureAwait(false);
            if (target.KeyArn == provider.KeyArn)
            {
                checks.Pass(Name, $"{alias} points to the registered key.");
            }
            else
            {
                checks.Warn(
                    Name,
                    ErrorCodes.AliasMoved,
                    $"{alias} now points to {target.KeyArn}; the registered key {provider.KeyArn} stays in use.",
                    ErrorCatalog.Get(ErrorCodes.AliasMoved).Remedy);
            }
        }
        catch (TenantEncryptionException exception)
        {
            checks.Warn(
                Name, ErrorCodes.AliasMoved, $"{alias} can't be resolved ({exception.Code}); the registered key stays in use.", exception.Remedy);
        }
    }

    private static string? AliasOf(KeyProvider provider) => KeyIdentifier.Parse(provider.KeyIdentifier!).AliasName;
}
