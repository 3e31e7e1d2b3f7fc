using System.Management.Automation;
using TenantEncryption.Data;
using TenantEncryption.Errors;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A data cmdlet that makes a file of each file.</summary>
public abstract class FileCmdlet : DataCmdlet
{
    /// <summary>The folder for the outputs; made when it is missing. With -Recurse it keeps the tree. Beside the sources when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <summary>The output file, for one input.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? OutFile { get; set; }

    /// <summary>Replaces existing outputs.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void RefuseForValue()
    {
        if (Destination is not null || OutFile is not null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "-Destination and -OutFile are for files; a value comes out of the command itself.");
        }
    }

    /// <summary>Plans the outputs of sources and asks for each.</summary>
    /// <param name="sources">Full paths of files and folders.</param>
    /// <param name="plan">The planner.</param>
    /// <param name="action">What would be done to each file.</param>
    /// <returns>What to do.</returns>
    private protected async Task<IReadOnlyList<FileRequest>> PlanAsync(
        IReadOnlyList<string> sources,
        Func<IReadOnlyList<string>, string?, string?, bool, IReadOnlyList<FileRequest>> plan,
        string action)
    {
        (string? destination, string? outFile) = await OnPipelineAsync(() => (Resolve(Destination), Resolve(OutFile))).ConfigureAwait(false);
        IReadOnlyList<FileRequest> planned = plan(sources, destination, outFile, Recurse);

        // What can't be done needs no consent; its outcome is an error.
        return await ConfirmEachAsync(planned, file => file.Refusal is not null, file => (file.Source, $"{action} as {file.Destination}")).ConfigureAwait(false);
    }

    private string? Resolve(string? path) => path is null ? null : SessionPath.Literal(this, path);
}
