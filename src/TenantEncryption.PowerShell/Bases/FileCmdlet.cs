using System.Management.Automation;
using TenantEncryption.Data;
using TenantEncryption.Errors;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A data cmdlet that makes a file of each file.</summary>
public abstract class FileCmdlet : DataCmdlet
{
    /// <summary>The folder for the outputs, or s3://bucket/prefix; a folder is made when it is missing. With -Recurse it keeps the tree. Beside the sources when not given.</summary>
    [Parameter(HelpMessage = "The folder for the outputs, or s3://bucket/prefix; a folder is made when it is missing.")]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <summary>The output file, for one input.</summary>
    [Parameter(HelpMessage = "The output file, for one input.")]
    [ValidateNotNullOrEmpty]
    public string? OutFile { get; set; }

    /// <summary>Replaces existing outputs.</summary>
    [Parameter(HelpMessage = "Replaces existing outputs.")]
    public SwitchParameter Force { get; set; }

    /// <summary>
    /// Passes over files whose outputs exist, whatever is in them, so that a run can be repeated. A warning at the end says how many; -Verbose names them.
    /// </summary>
    [Parameter(HelpMessage = "Passes over files whose outputs exist, whatever is in them, so that a run can be repeated.")]
    public SwitchParameter SkipExisting { get; set; }

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        await base.EndAsync().ConfigureAwait(false);
        await TellPassedOverAsync().ConfigureAwait(false);
    }

    private protected override void RefuseForValue()
    {
        if (Destination is not null || OutFile is not null || SkipExisting)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, "-Destination, -OutFile and -SkipExisting are for files; a value comes out of the command itself.");
        }
    }

    private protected override void RefuseForFile()
    {
        if (Force && SkipExisting)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "-Force replaces existing outputs and -SkipExisting passes over them: give one of them.");
        }
    }

    /// <summary>Plans the outputs of sources and asks for each.</summary>
    /// <param name="sources">Full paths of files and folders.</param>
    /// <param name="plan">The planner.</param>
    /// <param name="describe">What would be done to each file.</param>
    /// <returns>What to do.</returns>
    private protected async Task<IReadOnlyList<FileRequest>> PlanAsync(
        IReadOnlyList<string> sources,
        Func<IReadOnlyList<string>, string?, string?, bool, CancellationToken, Task<IReadOnlyList<FileRequest>>> plan,
        Func<FileRequest, string> describe)
    {
        (string? destination, string? outFile) = await OnPipelineAsync(() => (Resolve(Destination), Resolve(OutFile))).ConfigureAwait(false);
        IReadOnlyList<FileRequest> planned = await plan(sources, destination, outFile, Recurse, Cancellation).ConfigureAwait(false);
        if (SkipExisting)
        {
            planned = FilePlanner.PassOverExisting(planned);
        }

        // What won't be done needs no consent; its outcome is an error or a warning.
        return await ConfirmEachAsync(planned, file => file.IsSettled, file => (file.Source, describe(file))).ConfigureAwait(false);
    }

    private string? Resolve(string? path) => path is null ? null : SessionPath.Literal(this, path);
}
