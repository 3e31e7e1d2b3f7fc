using System.Management.Automation;
using TenantEncryption.Errors;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Lists key providers.</summary>
/// <remarks>
/// Shows each provider with its state, its key and what depends on it: keys, files, and values outside the catalog. A name without wildcards that no
/// provider has is the error PROVIDER_NOT_FOUND, and such a tenant TENANT_NOT_FOUND; the others go on. A wildcard that fits none is no error.
/// </remarks>
/// <example>
///   <code>Get-KeyProvider -TenantId acme</code>
///   <para>Lists a tenant's providers.</para>
/// </example>
/// <example>
///   <code>Get-KeyProvider -TenantId 'ac*', globex -Status Active, Pending</code>
///   <para>Lists the Active and Pending providers of several tenants.</para>
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
    /// <summary>Only of these tenants: ids, or wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Only of these tenants: ids, or wildcards.")]
    [SupportsWildcards]
    [Names]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[]? TenantId { get; set; }

    /// <summary>The names, or wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "The names, or wildcards.")]
    [SupportsWildcards]
    [Names]
    [ArgumentCompleter(typeof(KeyProviderCompleter))]
    public string[]? Name { get; set; }

    /// <summary>The ids.</summary>
    [Parameter(HelpMessage = "The ids.")]
    [ArgumentCompleter(typeof(KeyProviderIdCompleter))]
    public string[]? Id { get; set; }

    /// <summary>Only those whose resolved key ARN, or identifier as given, is this.</summary>
    [Parameter(HelpMessage = "Only those whose resolved key ARN, or identifier as given, is this.")]
    [ArgumentCompleter(typeof(MasterKeyCompleter))]
    public string? KeyArn { get; set; }

    /// <summary>Only of these types.</summary>
    [Parameter(HelpMessage = "Only of these types.")]
    public KeyProviderType[]? Type { get; set; }

    /// <summary>Only in these states.</summary>
    [Parameter(HelpMessage = "Only in these states.")]
    public KeyProviderStatus[]? Status { get; set; }

    /// <summary>Only the Active provider of each tenant.</summary>
    [Parameter(HelpMessage = "Only the Active provider of each tenant.")]
    public SwitchParameter Current { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Name ?? TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        List<KeyProvider> found = await ListAsync().ConfigureAwait(false);
        foreach (string? name in Name ?? (string?[])[null])
        {
            foreach (KeyProvider provider in name is null ? found : Named(found, name))
            {
                await EmitAsync(provider).ConfigureAwait(false);
            }
        }
    }

    private async Task<List<KeyProvider>> ListAsync()
    {
        var found = new List<KeyProvider>();
        string?[] tenants = TenantId is null
            ? [null]
            : [.. (await TenantSelection.SelectAsync(Service, TenantId, Report, Cancellation).ConfigureAwait(false)).Select(tenant => tenant.TenantId)];
        foreach (string? tenantId in tenants)
        {
            var filter = new KeyProviderFilter { TenantId = tenantId, KeyArn = KeyArn, Status = Current ? KeyProviderStatus.Active : null };
            found.AddRange((await Service.Providers.ListAsync(filter, Cancellation).ConfigureAwait(false)).Where(Fits));
        }

        foreach (string id in (Id ?? []).Where(id => found.All(provider => provider.Id != id)))
        {
            Report(new TenantEncryptionException(ErrorCodes.ProviderNotFound, $"No key provider that is asked for has the id '{id}'."), id);
        }

        return found;
    }

    private bool Fits(KeyProvider provider) =>
        (Id is null || Id.Contains(provider.Id, StringComparer.Ordinal))
        && (Type is null || Type.Contains(provider.Type))
        && (Status is null || Status.Contains(provider.Status));

    private IEnumerable<KeyProvider> Named(List<KeyProvider> providers, string name)
    {
        KeyProvider[] named = [.. providers.Where(provider => string.Equals(provider.Name, name, StringComparison.OrdinalIgnoreCase))];
        if (named.Length > 0)
        {
            return named;
        }

        if (WildcardPattern.ContainsWildcardCharacters(name))
        {
            return providers.Where(provider => new WildcardPattern(name, WildcardOptions.IgnoreCase).IsMatch(provider.Name));
        }

        Report(new TenantEncryptionException(ErrorCodes.ProviderNotFound, $"No key provider that is asked for has the name '{name}'."), name);
        return [];
    }
}
