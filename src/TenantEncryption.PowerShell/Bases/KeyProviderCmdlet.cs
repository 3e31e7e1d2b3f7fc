using System.Management.Automation;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A cmdlet for one key provider at a time.</summary>
public abstract class KeyProviderCmdlet : TenantCmdlet
{
    /// <summary>
    /// The key provider: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN. A name that several tenants use needs -TenantId.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = "The key provider: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN.")]
    [ArgumentCompleter(typeof(KeyProviderCompleter))]
    public KeyProviderReference KeyProvider { get; set; } = null!;

    /// <summary>The tenant whose provider is meant.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The tenant whose provider is meant.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <inheritdoc/>
    protected override object? Target => KeyProvider;

    /// <summary>Finds the provider that is meant.</summary>
    /// <returns>The provider.</returns>
    protected Task<KeyProvider> ResolveAsync() => Service.Providers.ResolveAsync(KeyProvider.Text, TenantId, Cancellation);
}
