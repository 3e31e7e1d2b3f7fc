using System.Management.Automation;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Lists a tenant's key-encryption keys.</summary>
/// <remarks>
/// A key-encryption key wraps the data keys of the tenant's messages; it is stored only sealed by its provider. ReservedWraps never falls short of the
/// wraps that were made. Give -TenantId, or -KeyProvider for the keys that one provider seals.
/// </remarks>
/// <example>
///   <code>Get-KeyEncryptionKey -TenantId acme</code>
///   <para>Lists a tenant's keys, oldest first.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "KeyEncryptionKey")]
[OutputType(typeof(KeyEncryptionKey))]
public sealed class GetKeyEncryptionKeyCommand : TenantCmdlet
{
    /// <summary>The tenants: ids, or wildcards. With -KeyProvider: the tenant whose provider is meant.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The tenants: ids, or wildcards.")]
    [SupportsWildcards]
    [Names]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[]? TenantId { get; set; }

    /// <summary>
    /// Only keys that this provider seals: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN.
    /// </summary>
    [Parameter(ValueFromPipeline = true, HelpMessage = "Only keys that this provider seals: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN.")]
    [ArgumentCompleter(typeof(KeyProviderCompleter))]
    public KeyProviderReference? KeyProvider { get; set; }

    /// <inheritdoc/>
    protected override object? Target => (object?)KeyProvider ?? TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        if (KeyProvider is not null)
        {
            foreach (string? tenantId in TenantId ?? (string?[])[null])
            {
                KeyProvider provider = await Service.Providers.ResolveAsync(KeyProvider.Text, tenantId, Cancellation).ConfigureAwait(false);
                await EmitAsync(provider.TenantId, provider.Id).ConfigureAwait(false);
            }

            return;
        }

        string[] ids = TenantId ?? throw new TenantEncryptionException(ErrorCodes.InvalidInput, "One of -TenantId and -KeyProvider is needed.");
        foreach (EncryptionTenant tenant in await TenantSelection.SelectAsync(Service, ids, Report, Cancellation).ConfigureAwait(false))
        {
            await EmitAsync(tenant.TenantId, null).ConfigureAwait(false);
        }
    }

    private async Task EmitAsync(string tenantId, string? providerId)
    {
        foreach (KeyEncryptionKey key in await Service.Keys.ListAsync(tenantId, Cancellation).ConfigureAwait(false))
        {
            if (providerId is null || key.ProviderId == providerId)
            {
                await EmitAsync(key).ConfigureAwait(false);
            }
        }
    }
}
