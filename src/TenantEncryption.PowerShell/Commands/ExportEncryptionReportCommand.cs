using System.Management.Automation;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Reports;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Writes a report on the tenants' keys for an auditor.</summary>
/// <remarks>
/// The report is one HTML page that loads nothing and needs no script, or JSON with the same facts: tenants, key providers and their states, what depends on which
/// key, migrations, the last tests with their causes, drills, rotations, retirement and destruction, the heads of the event log and its verification, what
/// is not covered, and which part is evidence for which control of PCI DSS and DORA. It is made from the store and its log alone, unless -Live is given. With
/// -TenantId it shows nothing of other tenants. A tenant whose state does not verify is in it with the code, and nothing else of it.
/// </remarks>
/// <example>
///   <code>Export-EncryptionReport -Path ./report.html</code>
///   <para>Writes a report on all tenants.</para>
/// </example>
/// <example>
///   <code>Export-EncryptionReport -TenantId acme -Live -Path ./acme.html -Force</code>
///   <para>Writes a report for one tenant, with what AWS KMS knows of its master keys, in the place of an earlier one.</para>
/// </example>
/// <example>
///   <code>(Export-EncryptionReport -AsJson | ConvertFrom-Json).tenants.providers | Format-Table name, status, keyArn, messages</code>
///   <para>Shows each key provider, and how many messages depend on it.</para>
/// </example>
[Cmdlet(VerbsData.Export, "EncryptionReport", DefaultParameterSetName = PageSet, SupportsShouldProcess = true)]
[OutputType(typeof(ExportedReport), typeof(string))]
public sealed class ExportEncryptionReportCommand : TenantCmdlet
{
    private const string PageSet = "Page";
    private const string JsonSet = "Json";

    private readonly List<string> _asked = [];
    private bool _hasRecord;
    private bool _isNarrowed;
    private string? _path;

    /// <summary>The file to write. What is there stays, unless -Force is given; what is made is its owner's alone.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PageSet, HelpMessage = "The file to write.")]
    [Parameter(Position = 0, ParameterSetName = JsonSet, HelpMessage = "The file to write.")]
    public string? Path { get; set; }

    /// <summary>The tenants that the report is about: ids, or wildcards. All, when not given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The tenants that the report is about: ids, or wildcards.")]
    [SupportsWildcards]
    [Names]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[]? TenantId { get; set; }

    /// <summary>Gives the same facts as JSON: into the file, or as text where no -Path is given.</summary>
    [Parameter(Mandatory = true, ParameterSetName = JsonSet, HelpMessage = "Gives the same facts as JSON: into the file, or as text where no -Path is given.")]
    public SwitchParameter AsJson { get; set; }

    /// <summary>Asks AWS KMS for each master key's state, rotation, key policy, grants and last use: five calls for each key and region. What it refuses is in the report.</summary>
    [Parameter(HelpMessage = "Asks AWS KMS for each master key's state, rotation, key policy, grants and last use: five calls for each key and region.")]
    public SwitchParameter Live { get; set; }

    /// <summary>Replaces a file that is there.</summary>
    [Parameter(HelpMessage = "Replaces a file that is there.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override object? Target => (object?)Path ?? TenantId;

    /// <inheritdoc/>
    protected override async Task BeginAsync()
    {
        // Before any work.
        if (Path is { } path)
        {
            _path = await OnPipelineAsync(() => SessionPath.Literal(this, path)).ConfigureAwait(false);
            ReportService.RequireFree(_path, Force);
        }

        await base.BeginAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        _hasRecord = true;
        if (TenantId is null)
        {
            return;
        }

        _isNarrowed = true;
        IReadOnlyList<string> all = await Service.Tenants.ListIdsAsync(Cancellation).ConfigureAwait(false);
        foreach (string id in TenantId)
        {
            _asked.AddRange(await MatchAsync(id, all).ConfigureAwait(false));
        }
    }

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        if (!_hasRecord || (_isNarrowed && _asked.Count == 0))
        {
            Warn("No tenant was named that is there, so there is no report.");
            return;
        }

        string[]? ids = _isNarrowed ? [.. _asked.Distinct(StringComparer.Ordinal)] : null;
        string asked = Live ? ", asking AWS KMS five times for each master key and region" : "";
        if (_path is null)
        {
            await EmitAsync((await CollectAsync(ids).ConfigureAwait(false)).ToJson()).ConfigureAwait(false);
        }
        else if (await ConfirmAsync(_path, $"Write a report on {(ids is null ? "all tenants" : Counted.Of(ids.Length, "tenant"))}{asked}", Force).ConfigureAwait(false))
        {
            EncryptionReport report = await CollectAsync(ids).ConfigureAwait(false);
            await EmitAsync(await Service.Reports.WriteAsync(report, _path, AsJson ? ReportFormat.Json : ReportFormat.Html, Force, Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private async Task<EncryptionReport> CollectAsync(string[]? ids)
    {
        using var progress = new CommandProgress<(int Done, int Total)>(
            this,
            step => new ProgressRecord(activityId: 1, "Reading tenants and their events", $"{step.Done} of {Counted.Of(step.Total, "tenant")}") { PercentComplete = 100 * step.Done / step.Total });
        return await Service.Reports.CollectAsync(ids, Live, progress, Cancellation).ConfigureAwait(false);
    }

    // A tenant whose state does not verify has its place in the report, too: ids are all that is looked at.
    private async Task<IEnumerable<string>> MatchAsync(string id, IReadOnlyList<string> all)
    {
        if (all.Contains(id, StringComparer.Ordinal))
        {
            return [id];
        }

        if (WildcardPattern.ContainsWildcardCharacters(id))
        {
            var pattern = new WildcardPattern(id);
            return all.Where(pattern.IsMatch);
        }

        try
        {
            await Service.Tenants.GetAsync(id, Cancellation).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception)
        {
            Report(exception, id);
        }

        return [];
    }
}
