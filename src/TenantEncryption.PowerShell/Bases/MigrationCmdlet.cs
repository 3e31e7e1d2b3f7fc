using System.Management.Automation;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Completion;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A cmdlet that changes the course of one migration at a time.</summary>
public abstract class MigrationCmdlet : TenantCmdlet
{
    /// <summary>The id of the migration.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The id of the migration.")]
    [ArgumentCompleter(typeof(MigrationCompleter))]
    public string Id { get; set; } = "";

    /// <summary>Writes the migration as it is at the end.</summary>
    [Parameter(HelpMessage = "Writes the migration as it is at the end.")]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What is done, for the question.</summary>
    protected abstract string Action { get; }

    /// <inheritdoc/>
    protected override object? Target => Id;

    /// <summary>The migration and its state, for the question.</summary>
    /// <param name="migration">The migration.</param>
    /// <returns>A text such as <c>mig-… of tenant acme (Failed)</c>.</returns>
    protected virtual string Describe(KeyMigration migration) => $"{Id} of tenant {migration.TenantId} ({migration.State})";

    /// <summary>Refuses now what would be refused then, so that nobody is asked for nothing.</summary>
    /// <returns>The migration.</returns>
    protected abstract Task<KeyMigration> CheckAsync();

    /// <summary>Does it.</summary>
    /// <returns>The migration as it is then; <see langword="null"/> when it goes on elsewhere.</returns>
    protected abstract Task<KeyMigration?> ChangeAsync();

    /// <inheritdoc/>
    protected sealed override async Task ProcessAsync()
    {
        KeyMigration migration = await CheckAsync().ConfigureAwait(false);
        if (!await ConfirmAsync(Describe(migration), Action).ConfigureAwait(false))
        {
            return;
        }

        if (await ChangeAsync().ConfigureAwait(false) is { } changed && PassThru)
        {
            await EmitAsync(changed).ConfigureAwait(false);
        }
    }
}
