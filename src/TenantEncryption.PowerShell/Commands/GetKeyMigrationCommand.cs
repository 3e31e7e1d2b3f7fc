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
    /// <summary>The ids of the migrations.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The ids of the migrations.")]
    [Names]
    [ArgumentCompleter(typeof(MigrationCompleter))]
    public string[]? Id { get; set; }

    /// <summary>Only of these tenants: ids, or wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Only of these tenants: ids, or wildcards.")]
    [SupportsWildcards]
    [Names]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[]? TenantId { get; set; }

    /// <summary>Only in these states.</summary>
    [Parameter(HelpMessage = "Only in these states.")]
    public MigrationState[]? State { get; set; }

    /// <summary>Gives the items that failed instead of the migrations.</summary>
    [Parameter(HelpMessage = "Gives the items that failed instead of the migrations.")]
    public SwitchParameter Failure { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Id ?? TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        HashSet<string>? tenants = TenantId is null
            ? null
            : (await TenantSelection.SelectAsync(Service, TenantId, Report, Cancellation).ConfigureAwait(false)).Select(tenant => tenant.TenantId).ToHashSet(StringComparer.Ordinal);
        foreach (KeyMigration migration in await ListAsync(tenants).ConfigureAwait(false))
        {
            if (tenants?.Contains(migration.TenantId) != false && (State is null || State.Contains(migration.State)))
            {
                await EmitEachAsync(migration).ConfigureAwait(false);
            }
        }
    }

    private async Task<IReadOnlyList<KeyMigration>> ListAsync(HashSet<string>? tenants)
    {
        if (Id is null)
        {
            return await Service.Migrations.ListAsync(tenants?.Count == 1 ? tenants.Single() : null, Cancellation).ConfigureAwait(false);
        }

        var found = new List<KeyMigration>();
        foreach (string id in Id)
        {
            try
            {
                found.Add(await Service.Migrations.GetAsync(id, Cancellation).ConfigureAwait(false));
            }
            catch (TenantEncryptionException exception)
            {
                Report(exception, id);
            }
        }

        return found;
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
