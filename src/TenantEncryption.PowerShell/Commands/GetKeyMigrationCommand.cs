using System.Management.Automation;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Lists migrations, or the items of them that failed.</summary>
/// <remarks>A migration whose process ended reads as Suspended; Resume-KeyMigration goes on with it.</remarks>
/// <example>
///   <code>Get-KeyMigration -TenantId acme</code>
///   <para>Lists a tenant's migrations, oldest first.</para>
/// </example>
/// <example>
///   <code>Get-KeyMigration -TenantId acme -Failure</code>
///   <para>Shows the keys that could not be moved, and why.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "KeyMigration")]
[OutputType(typeof(KeyMigration), typeof(MigrationItem))]
public sealed class GetKeyMigrationCommand : TenantCmdlet
{
    /// <summary>The id of the migration.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(MigrationCompleter))]
    public string? Id { get; set; }

    /// <summary>Only of this tenant.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <summary>Only in this state.</summary>
    [Parameter]
    public MigrationState? State { get; set; }

    /// <summary>Gives the items that failed instead of the migrations.</summary>
    [Parameter]
    public SwitchParameter Failure { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Id ?? TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        if (TenantId is not null)
        {
            await Service.Tenants.GetAsync(TenantId, Cancellation).ConfigureAwait(false);
        }

        IReadOnlyList<KeyMigration> found = Id is null
            ? await Service.Migrations.ListAsync(TenantId, Cancellation).ConfigureAwait(false)
            : [await Service.Migrations.GetAsync(Id, Cancellation).ConfigureAwait(false)];
        foreach (KeyMigration migration in found)
        {
            if ((TenantId is null || migration.TenantId == TenantId) && (State is null || migration.State == State))
            {
                await EmitEachAsync(migration).ConfigureAwait(false);
            }
        }
    }

    private async Task EmitEachAsync(KeyMigration migration)
    {
        if (!Failure)
        {
            await EmitAsync(migration).ConfigureAwait(false);
            return;
        }

        foreach (MigrationItem item in await Service.Migrations.ListFailuresAsync(migration.Id, Cancellation).ConfigureAwait(false))
        {
            await EmitAsync(item).ConfigureAwait(false);
        }
    }
}
