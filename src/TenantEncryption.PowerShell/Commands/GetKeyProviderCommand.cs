using System.Management.Automation;
using TenantEncryption.Errors;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Lists key providers.</summary>
/// <remarks>
/// Shows each provider with its state, its key and what depends on it: keys, files, and values outside the catalog. A name without wildcards that no
/// provider has is the error PROVIDER_NOT_FOUND; a wildcard that fits none is no error.
/// </remarks>
/// <example>
///   <code>Get-KeyProvider -TenantId acme</code>
///   <para>Lists a tenant's providers.</para>
/// </example>
/// <example>
///   <code>Get-KeyProvider -KeyArn $arn</code>
///   <para>Lists the providers, of all tenants, that hang on one master key.</para>
/// </example>
/// <example>
///   <code>Get-KeyProvider -Current | Test-KeyProvider | Where-Object Success -eq $false</code>
///   <para>Finds the Active providers that don't work.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "KeyProvider")]
[OutputType(typeof(KeyProvider))]
public sealed class GetKeyProviderCommand : TenantCmdlet
{
    /// <summary>Only of this tenant.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <summary>The names, or wildcards.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(KeyProviderCompleter))]
    public string[]? Name { get; set; }

    /// <summary>The ids.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(KeyProviderIdCompleter))]
    public string[]? Id { get; set; }

    /// <summary>Only those whose resolved key ARN, or identifier as given, is this.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MasterKeyCompleter))]
    public string? KeyArn { get; set; }

    /// <summary>Only of this type.</summary>
    [Parameter]
    public KeyProviderType? Type { get; set; }

    /// <summary>Only in this state.</summary>
    [Parameter]
    public KeyProviderStatus? Status { get; set; }

    /// <summary>Only the Active provider of each tenant.</summary>
    [Parameter]
    public SwitchParameter Current { get; set; }

    /// <inheritdoc/>
    protected override object? Target => TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        if (TenantId is not null)
        {
            await Service.Tenants.GetAsync(TenantId, Cancellation).ConfigureAwait(false);
        }

        foreach (string? id in Id ?? (string?[])[null])
        {
            var filter = new KeyProviderFilter
            {
                TenantId = TenantId,
                Id = id,
                KeyArn = KeyArn,
                Type = Type,
                Status = Current ? KeyProviderStatus.Active : Status,
            };
            IReadOnlyList<KeyProvider> found = await Service.Providers.ListAsync(filter, Cancellation).ConfigureAwait(false);
            if (id is not null && found.Count == 0)
            {
                Report(new TenantEncryptionException(ErrorCodes.ProviderNotFound, $"No key provider has the id '{id}'."), id);
            }

            foreach (string? name in Name ?? (string?[])[null])
            {
                await EmitNamedAsync(found, name).ConfigureAwait(false);
            }
        }
    }

    private async Task EmitNamedAsync(IReadOnlyList<KeyProvider> providers, string? name)
    {
        List<KeyProvider> named = [.. providers.Where(provider => name is null || string.Equals(provider.Name, name, StringComparison.OrdinalIgnoreCase))];
        if (named.Count == 0 && name is not null)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name))
            {
                Report(new TenantEncryptionException(ErrorCodes.ProviderNotFound, $"No key provider fits '{name}'."), name);
                return;
            }

            named = [.. providers.Where(provider => new WildcardPattern(name, WildcardOptions.IgnoreCase).IsMatch(provider.Name))];
        }

        foreach (KeyProvider provider in named)
        {
            await EmitAsync(provider).ConfigureAwait(false);
        }
    }
}
