using System.Management.Automation;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Tenants;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Lists tenants.</summary>
/// <remarks>
/// An id is looked up exactly, then as a wildcard. An id without wildcards that no tenant has is the error TENANT_NOT_FOUND, which names an id that differs
/// by case alone; the others go on. A wildcard that fits none is no error.
/// </remarks>
/// <example>
///   <code>Get-EncryptionTenant</code>
///   <para>Lists all tenants.</para>
/// </example>
/// <example>
///   <code>if (-not (Get-EncryptionTenant acme -ErrorAction SilentlyContinue)) { New-EncryptionTenant acme }</code>
///   <para>Creates a tenant unless it exists, in a runbook that may run twice.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "EncryptionTenant")]
[OutputType(typeof(EncryptionTenant))]
public sealed class GetEncryptionTenantCommand : TenantCmdlet
{
    /// <summary>The ids, or wildcards. All tenants when not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The ids, or wildcards.")]
    [SupportsWildcards]
    [Names]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[]? TenantId { get; set; }

    /// <summary>Only tenants of this platform.</summary>
    [Parameter(HelpMessage = "Only tenants of this platform.")]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        foreach (EncryptionTenant tenant in await TenantSelection.SelectAsync(Service, TenantId ?? ["*"], Report, Cancellation).ConfigureAwait(false))
        {
            if (Platform is null || tenant.Platform == Platform)
            {
                await EmitAsync(tenant).ConfigureAwait(false);
            }
        }
    }
}
