using System.Management.Automation;
using TenantEncryption.Data;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// A cmdlet on files and values. Values are worked on as they come, in order; files are gathered first, so that their names can be planned
/// together and they can be worked on in parallel.
/// </summary>
public abstract class DataCmdlet : FileOutcomeCmdlet
{
    /// <summary>The parameter set of -Path.</summary>
    protected const string PathSet = "Path";

    /// <summary>The parameter set of -LiteralPath.</summary>
    protected const string LiteralPathSet = "LiteralPath";

    /// <summary>The parameter set of -InputObject.</summary>
    protected const string InputObjectSet = "InputObject";

    private readonly HashSet<Type> _refusedElements = [];
    private DataSession? _session;
    private bool _sawText;

    /// <summary>Files and folders, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, HelpMessage = "Files and folders, with wildcards.")]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Files and folders, taken as they are written.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, HelpMessage = "Files and folders, taken as they are written.")]
    [Alias("PSPath")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>
    /// A value (string, SecureString or byte[]) or a file (of Get-ChildItem or Get-Item, or an object with LiteralPath, PSPath, FullName or Path). A string is a
    /// value, never a path. PowerShell pipes an array one element at a time: pipe bytes as ,$bytes.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet, HelpMessage = "A value (string, SecureString or byte[]) or a file (of Get-ChildItem or Get-Item, or an object with LiteralPath, PSPath, FullName or Path).")]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public PSObject? InputObject { get; set; }

    /// <summary>Of a folder, also the files of the folders below it.</summary>
    [Parameter(HelpMessage = "Of a folder, also the files of the folders below it.")]
    public SwitchParameter Recurse { get; set; }

    /// <summary>How many files or frames are worked on at the same time; the number of processors when not given.</summary>
    [Parameter(HelpMessage = "How many files or frames are worked on at the same time; the number of processors when not given.")]
    public int ThrottleLimit { get; set; }

    /// <inheritdoc/>
    protected override object? Target => ParameterSetName == InputObjectSet ? InputObject?.BaseObject : null;

    /// <inheritdoc/>
    protected sealed override bool IsRecordQuick => ParameterSetName == InputObjectSet;

    /// <summary>The command's work on data: its values and reads become one event at its end.</summary>
    protected DataSession Session => _session ??= Service.Data.BeginSession();

    /// <summary>Takes note of a file or folder.</summary>
    /// <param name="path">Its full path.</param>
    protected abstract void AddFile(string path);

    /// <summary>Works on a value.</summary>
    /// <param name="input">The value.</param>
    /// <returns>When it is done and written.</returns>
    private protected abstract Task ProcessValueAsync(PipelineInput input);

    /// <summary>Refuses what was given and means nothing for a value, rather than leave it out in silence.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>.</exception>
    private protected virtual void RefuseForValue()
    {
    }

    /// <summary>Refuses what was given and means nothing for a file.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>.</exception>
    private protected virtual void RefuseForFile()
    {
    }

    /// <summary>Works on the files that were noted.</summary>
    /// <returns>When all are done.</returns>
    protected abstract Task ProcessFilesAsync();

    /// <inheritdoc/>
    protected sealed override async Task ProcessAsync()
    {
        switch (ParameterSetName)
        {
            case PathSet:
                AddFiles(await ResolveAsync(Path, isLiteral: false).ConfigureAwait(false));
                break;
            case LiteralPathSet:
                AddFiles(await ResolveAsync(LiteralPath, isLiteral: true).ConfigureAwait(false));
                break;
            default:
                await ProcessInputAsync().ConfigureAwait(false);
                break;
        }
    }

    /// <inheritdoc/>
    protected override async Task BeginAsync()
    {
        if (ParameterSetName != InputObjectSet)
        {
            RefuseForFile();
        }

        await base.BeginAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        await ProcessFilesAsync().ConfigureAwait(false);
        await EndSessionAsync().ConfigureAwait(false);
    }

    /// <summary>Shows the progress of files: bytes, files, rate, time left.</summary>
    /// <param name="activity">What is done, such as <c>Protecting</c>.</param>
    /// <returns>Where to report it; disposing it takes the bar away.</returns>
    private protected CommandProgress<DataProgress> ShowProgress(string activity) => new(this, new DataProgressText(activity).Describe);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _session is not null)
        {
            // The command was stopped: what it did is recorded all the same.
            Task.Run(EndSessionAsync).GetAwaiter().GetResult();
        }

        base.Dispose(disposing);
    }

    private async Task EndSessionAsync()
    {
        if (_session is { } session)
        {
            _session = null;
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task ProcessInputAsync()
    {
        // A whole array that was piped element by element is one mistake.
        if (PipelineInput.IsElement(InputObject, out Type? type) && !_refusedElements.Add(type))
        {
            return;
        }

        var input = PipelineInput.Sort(InputObject);
        if (input.Kind == InputKind.File)
        {
            RefuseForFile();
            AddFile(await OnPipelineAsync(() => SessionPath.Literal(this, input.Path)).ConfigureAwait(false));
            return;
        }

        if (input.Kind == InputKind.Text && !_sawText)
        {
            _sawText = true;
            await OnPipelineAsync(() => WarnOfPath(input.Text)).ConfigureAwait(false);
        }

        RefuseForValue();
        await ProcessValueAsync(input).ConfigureAwait(false);
    }

    private void AddFiles(IReadOnlyList<string> paths)
    {
        foreach (string path in paths)
        {
            AddFile(path);
        }
    }

    private bool WarnOfPath(string text)
    {
        try
        {
            bool isPath = text.Length is > 0 and < 4096 && !IsRemote(text) && SessionPath.Literal(this, text) is { } path && !IsRemote(path) && File.Exists(path);
            if (isPath)
            {
                WriteWarning($"'{text}' is taken as a value, though there is a file of that name. For the file: Get-Item '{text}' | {MyInvocation.MyCommand.Name}, or -Path.");
            }

            return isPath;
        }
        catch (TenantEncryptionException)
        {
            return false;
        }
    }

    // To look whether \\host\share\file exists, Windows logs on to that host: a value must not make it.
    private static bool IsRemote(string path) => path is ['\\' or '/', '\\' or '/', ..];
}
