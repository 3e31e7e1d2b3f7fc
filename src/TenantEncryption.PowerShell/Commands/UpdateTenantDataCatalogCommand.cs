using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using TenantEncryption.Data;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Brings the catalog of protected files up to date with the files that there are: after the store was restored from a backup, or files were copied in, moved or deleted.</summary>
/// <remarks>
/// Of a folder, the files below it whose names end with .tenc are looked at; a file that is named, whatever its name. Links are not followed. Of a bucket, s3://bucket/prefix/ means the
/// objects below it, and s3://bucket/key one; one command is for files or for one bucket. An object of which older versions are left is not missing. Shown is what differs from the catalog; -Verbose
/// says how many files are as it knows them. Where path and message id agree, the header alone is read. Status tells the rest:
/// New: a message of a tenant here that the catalog did not know. Moved: the catalog knew it at PreviousPath, where it is no longer. Both are catalogued when the tag of the header verifies
/// under a key of the tenant, which asks the tenant's key provider once for each key, and for each message of a Direct tenant.
/// Copied: a message is at two paths, and the catalog goes on to know it at PreviousPath; when that is gone, this command has it follow the copy, if the copy is below what is named.
/// Missing: the catalog knows a message, and nothing is there. It holds back the removal of its key until -RemoveMissing takes it off the catalog (Status Removed): name all folders to which files may
/// have been moved, or one that was moved is taken for a new one later.
/// Foreign: it is not catalogued, and Code says why: no message, of no tenant of this store or of another one than -TenantId, under a key that is not here, or with a header that does not verify.
/// Substituted: the path holds another message than the catalog knows there, or none (Code says which), and nothing is changed. Find out who put it there. If it is right there, give it another
/// name, run the command with -RemoveMissing, give it its name back and run the command again.
/// A folder that can't be listed, and a disk that is not mounted, makes nothing missing: a folder that is named and does not exist is an error, and so is one in which nothing at all is, when
/// something should be removed from the catalog that was below it; delete the empty folder, too, when its files were deleted on purpose.
/// What wraps were counted for a message that is found is unknown, so they are counted once more: what a provider's ValueCount says may be too many and never too few.
/// </remarks>
/// <example>
///   <code>Update-TenantDataCatalog ./protected -Verbose</code>
///   <para>Catalogues what is new below a folder, follows what was moved, and lists what is missing.</para>
/// </example>
/// <example>
///   <code>Update-TenantDataCatalog ./protected, ./archive -RemoveMissing</code>
///   <para>Takes deleted files off the catalog, after asking, so that they hold back no key any more.</para>
/// </example>
/// <example>
///   <code>Update-TenantDataCatalog ./protected -WhatIf</code>
///   <para>Tells what would be catalogued, without asking any key provider.</para>
/// </example>
[Cmdlet(VerbsData.Update, "TenantDataCatalog", SupportsShouldProcess = true, DefaultParameterSetName = LiteralPathSet)]
[OutputType(typeof(CatalogChange))]
public sealed class UpdateTenantDataCatalogCommand : FileOutcomeCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    private readonly List<(string? TenantId, List<string> Paths)> _named = [];
    private bool _isWhatIf;

    /// <summary>Files and folders, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, HelpMessage = "Files and folders, with wildcards.")]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Files and folders, taken as they are written.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet, HelpMessage = "Files and folders, taken as they are written.")]
    [Alias("PSPath", "FullName")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The one tenant whose messages are catalogued and missed; those of all others are Foreign. All tenants when not given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The one tenant whose messages are catalogued and missed; those of all others are Foreign.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <summary>Takes off the catalog what it knows below the folders, or at the files, that are named and is not there. Asks first, and says how much that is.</summary>
    [Parameter(HelpMessage = "Takes off the catalog what it knows below the folders, or at the files, that are named and is not there.")]
    public SwitchParameter RemoveMissing { get; set; }

    /// <summary>How many files are looked at at the same time; the number of processors when not given.</summary>
    [Parameter(HelpMessage = "How many files are looked at at the same time; the number of processors when not given.")]
    public int ThrottleLimit { get; set; }

    /// <inheritdoc/>
    protected override async Task BeginAsync()
    {
        await base.BeginAsync().ConfigureAwait(false);
        _ = Options(TenantId);
        _isWhatIf = await IsWhatIfAsync().ConfigureAwait(false);
        if (UnknownTenantEnds)
        {
            await Service.Tenants.GetAsync(TenantId!, Cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        if (_named.Count == 0 || _named[^1].TenantId != TenantId)
        {
            _named.Add((TenantId, []));
        }

        // A file that was deleted may be named all the same: the catalog tells whether it knows it.
        foreach (string path in ParameterSetName == PathSet ? Path : LiteralPath)
        {
            bool isLiteral = ParameterSetName != PathSet || !WildcardPattern.ContainsWildcardCharacters(path);
            _named[^1].Paths.AddRange(await ResolveAsync([path], isLiteral).ConfigureAwait(false));
        }
    }

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        foreach ((string? tenantId, List<string> paths) in _named.Where(one => one.Paths.Count > 0))
        {
            string target = paths.Count == 1 ? paths[0] : $"{paths[0]} and {paths.Count - 1} more";
            if (_isWhatIf || await ConfirmAsync(target, "Bring the catalog up to date").ConfigureAwait(false))
            {
                await UpdateAsync(tenantId, paths).ConfigureAwait(false);
            }
        }
    }

    private async Task UpdateAsync(string? tenantId, List<string> paths)
    {
        CatalogUpdate update = Service.Data.BeginCatalogUpdate(paths, Options(tenantId));
        await using ConfiguredAsyncDisposable _ = update.ConfigureAwait(false);
        using (var progress = new CommandProgress<DataProgress>(this, new CatalogProgressText("Looking at protected files").Describe))
        {
            await EmitOutcomesAsync(WithoutIntentsAsync(update.RunAsync(progress, Cancellation))).ConfigureAwait(false);
        }

        bool remove = RemoveMissing && await AskAsync(update).ConfigureAwait(false);
        await EmitOutcomesAsync(remove ? update.RemoveMissingAsync(Cancellation) : update.ListMissingAsync(Cancellation)).ConfigureAwait(false);
        Tell($"{Counted.Of(update.Unchanged, "file")} as the catalog knows {(update.Unchanged == 1 ? "it" : "them")}.");
    }

    // What would be catalogued is not a result yet.
    private async IAsyncEnumerable<FileOutcome<CatalogChange>> WithoutIntentsAsync(IAsyncEnumerable<FileOutcome<CatalogChange>> outcomes)
    {
        await foreach (FileOutcome<CatalogChange> outcome in outcomes.ConfigureAwait(false))
        {
            if (_isWhatIf && outcome.Result is { Status: CatalogChangeStatus.New or CatalogChangeStatus.Moved } intent)
            {
                await ConfirmAsync(
                    intent.Path,
                    $"{(intent.Status == CatalogChangeStatus.New ? "Catalogue the message" : $"Have the catalog, which knows the message at {intent.PreviousPath}, follow it")}, if the tag of its header verifies").ConfigureAwait(false);
            }
            else
            {
                yield return outcome;
            }
        }
    }

    private async Task<bool> AskAsync(CatalogUpdate update)
    {
        IReadOnlyList<MissingMessages> missing = await update.CountMissingAsync(Cancellation).ConfigureAwait(false);
        if (missing.Sum(one => one.Missing - one.Kept) == 0)
        {
            return !_isWhatIf;
        }

        bool hadErrors = await OnPipelineAsync(() => HadErrors).ConfigureAwait(false);
        string counts = string.Join(" ", missing.Select(Describe));
        string unseen = hadErrors ? " Not all could be looked at, as the errors say: what is missing may be among that." : "";
        return await ConfirmHighAsync(
            $"Take {Counted.Of(missing.Sum(one => one.Missing - one.Kept), "missing file")} off the catalog. {counts}",
            null,
            $"{counts}{unseen} They would hold back the removal of their keys no more; one that comes back is catalogued anew. Take them off the catalog?",
            "Missing files").ConfigureAwait(false) && !_isWhatIf;
    }

    private static string Describe(MissingMessages missing) => string.Create(
        CultureInfo.CurrentCulture,
        $"{(missing.Missing == missing.Known ? $"All {missing.Known:N0}" : $"{missing.Missing:N0} of the {missing.Known:N0}")} messages that the catalog knows at or below '{missing.Path}' are missing{(missing.Missing == missing.Known ? ": is its disk mounted?" : missing.Kept > 0 ? $", of which {missing.Kept:N0} are kept, as their folder is empty." : ".")}");

    private CatalogUpdateOptions Options(string? tenantId) => new() { TenantId = tenantId, DegreeOfParallelism = ThrottleLimit, IsRehearsal = _isWhatIf };
}
