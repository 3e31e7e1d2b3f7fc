using System.Management.Automation;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Moves older events out of the store into files, which verify with the log.</summary>
/// <remarks>
/// The events of a chain that are older than -Before are verified and written into a file of JSON lines, which is durable before the chain tells of it and the
/// events leave the store. Keep the file: nothing else has them. Test-EncryptionEventLog -Path verifies it, and without it says how many events it did not look at. Never moved
/// are the last event of a chain, those of an unfinished migration or drill, and the last anchor. Of what was interrupted nothing is lost: do it again with the same -Path.
/// Heads and anchors go on being compared; one that is of an event in an archive needs the archive for that.
/// </remarks>
/// <example>
///   <code>Export-EncryptionEvent -TenantId acme -Before (Get-Date).AddYears(-1) -Path ./acme-events.jsonl -WhatIf</code>
///   <para>Shows which events of a tenant would leave the store.</para>
/// </example>
/// <example>
///   <code>Export-EncryptionEvent -TenantId * -Before (Get-Date) -Path ./archive -Confirm:$false</code>
///   <para>Writes an archive for each tenant into a folder that is there.</para>
/// </example>
/// <example>
///   <code>Export-EncryptionEvent -Store -Before (Get-Date).AddDays(-90) -Path ./store-events.jsonl -Confirm:$false -WarningAction Ignore</code>
///   <para>Moves what concerns no tenant, if there is something so old.</para>
/// </example>
[Cmdlet(VerbsData.Export, "EncryptionEvent", DefaultParameterSetName = TenantSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ArchivedEvents))]
public sealed class ExportEncryptionEventCommand : TenantCmdlet
{
    private const string TenantSet = "Tenant";
    private const string StoreSet = "Store";

    /// <summary>The tenants whose events are moved: ids, or wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = TenantSet, HelpMessage = "The tenants whose events are moved: ids, or wildcards.")]
    [SupportsWildcards]
    [Names]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[] TenantId { get; set; } = [];

    /// <summary>The store's own chain: what concerns no tenant.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StoreSet, HelpMessage = "The store's own chain: what concerns no tenant.")]
    public SwitchParameter Store { get; set; }

    /// <summary>The time before which events are moved.</summary>
    [Parameter(Mandatory = true, HelpMessage = "The time before which events are moved.")]
    public DateTimeOffset Before { get; set; }

    /// <summary>The file, or a folder that is there, in which each chain gets a file of its own. A file that is there stays. What is made is its owner's alone.</summary>
    [Parameter(Mandatory = true, HelpMessage = "The file, or a folder that is there, in which each chain gets a file of its own.")]
    public string Path { get; set; } = "";

    /// <inheritdoc/>
    protected override object? Target => Store ? null : TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        string path = await OnPipelineAsync(() => SessionPath.Literal(this, Path)).ConfigureAwait(false);
        bool isFolder = Directory.Exists(path);
        string?[] chains = Store
            ? [null]
            : [.. (await TenantSelection.SelectAsync(Service, TenantId, Report, Cancellation).ConfigureAwait(false)).Select(tenant => tenant.TenantId)];
        if (chains.Length > 1 && !isFolder)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{path}' is no folder, and the events of {chains.Length} tenants do not go into one file.");
        }

        foreach (string? tenantId in chains)
        {
            try
            {
                await ExportAsync(tenantId, path, isFolder).ConfigureAwait(false);
            }
            catch (TenantEncryptionException exception)
            {
                Report(exception, tenantId);
            }
        }
    }

    private async Task ExportAsync(string? tenantId, string path, bool isFolder)
    {
        if (await Service.Archives.PlanAsync(tenantId, Before, Cancellation).ConfigureAwait(false) is not { } plan)
        {
            Warn($"No event of {(tenantId is null ? "the store's own chain" : $"tenant '{tenantId}'")} can be moved: none is that old, or what is older is needed.");
            return;
        }

        string file = isFolder ? System.IO.Path.Join(path, EventArchiveService.NameOf(plan)) : path;
        if (await ConfirmAsync($"{plan} ({plan.First} to {plan.Last})", $"Move out of the store into {file}").ConfigureAwait(false)
            && await Service.Archives.ExportAsync(tenantId, Before, file, Cancellation).ConfigureAwait(false) is { } archived)
        {
            await EmitAsync(archived).ConfigureAwait(false);
        }
    }
}
