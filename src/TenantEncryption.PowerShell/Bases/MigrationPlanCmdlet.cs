using System.Management.Automation;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A cmdlet for a tenant's move to another provider, planned or made.</summary>
public abstract class MigrationPlanCmdlet : TenantCmdlet
{
    /// <summary>The tenant that moves.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The tenant that moves.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string TenantId { get; set; } = "";

    /// <summary>The target, Pending or Archived: an object of Get-KeyProvider, an id (kp-…), a name, a key ARN, or Internal for the built-in KMS.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "The target, Pending or Archived: an object of Get-KeyProvider, an id (kp-…), a name, a key ARN, or Internal for the built-in KMS.")]
    [ArgumentCompleter(typeof(KeyProviderCompleter))]
    public KeyProviderReference To { get; set; } = null!;

    /// <summary>
    /// What moves. RewrapKek: the key-encryption keys; no message is touched. Reencrypt: the messages, each written anew under another key-encryption key and
    /// data key, so that nothing depends on the old ones; the target may be Active already.
    /// </summary>
    [Parameter(HelpMessage = "What moves.")]
    public MigrationMode Mode { get; set; } = MigrationMode.RewrapKek;

    /// <summary>Reencrypt: the messages of these keys alone, as of one that is compromised; those of every key but the current one when not given.</summary>
    [Parameter(HelpMessage = "Reencrypt: the messages of these keys alone, as of one that is compromised; those of every key but the current one when not given.")]
    public string[]? KekId { get; set; }

    /// <summary>How many keys, or files, are worked on at the same time; the number of processors when not given, and one with -LowPriority.</summary>
    [Parameter(HelpMessage = "How many keys, or files, are worked on at the same time; the number of processors when not given, and one with -LowPriority.")]
    public int ThrottleLimit { get; set; }

    /// <summary>Yields to other work on this machine and in the store.</summary>
    [Parameter(HelpMessage = "Yields to other work on this machine and in the store.")]
    public SwitchParameter LowPriority { get; set; }

    /// <summary>What moves and how it is worked on, for Core.</summary>
    private protected KeyMigrationOptions Options =>
        new() { Mode = Mode, KekIds = KekId, DegreeOfParallelism = MigrationRuns.Options(ThrottleLimit, LowPriority).DegreeOfParallelism, LowPriority = LowPriority };

    /// <inheritdoc/>
    protected override object? Target => TenantId;

    /// <summary>Plans the move.</summary>
    /// <returns>The target and the plan.</returns>
    protected async Task<(KeyProvider Target, KeyMigrationPlan Plan)> PlanAsync()
    {
        KeyProvider target = await Service.Providers.ResolveAsync(To.Text, TenantId, Cancellation).ConfigureAwait(false);
        return (target, await Service.Migrations.MeasureAsync(TenantId, target.Id, Options, Cancellation).ConfigureAwait(false));
    }
}
