using System.Management.Automation;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Tells what a migration would do, without one unwrap or write.</summary>
/// <remarks>Counts the keys that would move, the messages and values that they protect, and the KMS calls; lists what would be refused.</remarks>
/// <example>
///   <code>Measure-KeyMigration -TenantId acme -To acme-cmk</code>
///   <para>Shows the plan of a move.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Measure, "KeyMigration")]
[OutputType(typeof(KeyMigrationPlan))]
public sealed class MeasureKeyMigrationCommand : TenantCmdlet
{
    /// <summary>The tenant that would move.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string TenantId { get; set; } = "";

    /// <summary>The target: an object of Get-KeyProvider, an id (kp-…), a name, a key ARN, or Internal for the built-in KMS.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(KeyProviderCompleter))]
    public KeyProviderReference To { get; set; } = null!;

    /// <summary>What would move. RewrapKek: the key-encryption keys; no message is touched.</summary>
    [Parameter]
    public MigrationMode Mode { get; set; } = MigrationMode.RewrapKek;

    /// <inheritdoc/>
    protected override object? Target => TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        KeyProvider target = await Service.Providers.ResolveAsync(To.Text, TenantId, Cancellation).ConfigureAwait(false);
        await EmitAsync(await Service.Migrations.MeasureAsync(TenantId, target.Id, Mode, Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
    }
}
