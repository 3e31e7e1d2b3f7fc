using System.Management.Automation;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A cmdlet for a tenant's move to another provider, planned or made.</summary>
public abstract class MigrationPlanCmdlet : TenantCmdlet
{
    /// <summary>The tenant that moves.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string TenantId { get; set; } = "";

    /// <summary>The target, Pending or Archived: an object of Get-KeyProvider, an id (kp-…), a name, a key ARN, or Internal for the built-in KMS.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(KeyProviderCompleter))]
    public KeyProviderReference To { get; set; } = null!;

    /// <summary>What moves. RewrapKek: the key-encryption keys; no message is touched.</summary>
    [Parameter]
    public MigrationMode Mode { get; set; } = MigrationMode.RewrapKek;

    /// <inheritdoc/>
    protected override object? Target => TenantId;

    /// <summary>Plans the move.</summary>
    /// <returns>The target and the plan.</returns>
    protected async Task<(KeyProvider Target, KeyMigrationPlan Plan)> PlanAsync()
    {
        KeyProvider target = await Service.Providers.ResolveAsync(To.Text, TenantId, Cancellation).ConfigureAwait(false);
        return (target, await Service.Migrations.MeasureAsync(TenantId, target.Id, Mode, Cancellation).ConfigureAwait(false));
    }
}
