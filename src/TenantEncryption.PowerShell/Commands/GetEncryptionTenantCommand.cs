using System.Management.Automation;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Tenants;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Lists tenants.</summary>
/// <remarks>
/// An id is looked up exactly, then as a wildcard. An id without wildcards that no tenant has is the error TENANT_NOT_FOUND, which ends the command
/// unless -ErrorAction says otherwise; a wildcard that fits none is no error.
/// </remarks>
/// <example>
///   <code>Get-EncryptionTenant</code>
///   <para>Lists all tenants.</para>
/// </example>
/// <example>
///   <code>if (-not (Get-EncryptionTenant acme -ErrorAction Ignore)) { New-EncryptionTenant acme }</code>
///   <para>Creates a tenant unless it exists, in a runbook that may run twice.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "EncryptionTenant")]
[OutputType(typeof(EncryptionTenant))]
public sealed class GetEncryptionTenantCommand : TenantCmdlet
{
    /// <summary>The ids, or wildcards. All tenants when not given.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[]? TenantId { get; set; }

    /// <summary>Only tenants of this platform.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <inheritdoc/>
    protected override bool UnknownTenantEnds => base.UnknownTenantEnds && !MyInvocation.BoundParameters.ContainsKey("ErrorAction");

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        IReadOnlyList<EncryptionTenant> all = await Service.Tenants.ListAsync(Cancellation).ConfigureAwait(false);
        foreach (string id in TenantId ?? ["*"])
        {
            try
            {
                foreach (EncryptionTenant tenant in await FindAsync(all, id).ConfigureAwait(false))
                {
                    if (Platform is null || tenant.Platform == Platform)
                    {
                        await EmitAsync(tenant).ConfigureAwait(false);
                    }
                }
            }
            catch (TenantEncryptionException exception)
            {
                Report(exception, id);
            }
        }
    }

    private async Task<IEnumerable<EncryptionTenant>> FindAsync(IReadOnlyList<EncryptionTenant> all, string id)
    {
        if (all.FirstOrDefault(tenant => tenant.TenantId == id) is { } exact)
        {
            return [exact];
        }

        return WildcardPattern.ContainsWildcardCharacters(id)
            ? all.Where(tenant => new WildcardPattern(id).IsMatch(tenant.TenantId))
            : [await Service.Tenants.GetAsync(id, Cancellation).ConfigureAwait(false)];
    }
}
