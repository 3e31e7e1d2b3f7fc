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
        var agreed = new List<FileRequest>();
        foreach (FileRequest request in Plan(sources, list => plan(list, destination, outFile, Recurse)))
        {
            if (await ConfirmAsync(request.Source, $"{action} as {request.Destination}").ConfigureAwait(false))
            {
                agreed.Add(request);
            }
        }

        return agreed;
    }

    private string? Resolve(string? path) => path is null ? null : SessionPath.Literal(this, path);

    private IReadOnlyList<FileRequest> Plan(IReadOnlyList<string> sources, Func<IReadOnlyList<string>, IReadOnlyList<FileRequest>> plan)
    {
        try
        {
            return plan(sources);
        }
        catch (TenantEncryptionException exception) when (sources.Count == 1)
        {
            Report(exception, sources[0]);
            return [];
        }
        catch (TenantEncryptionException) when (OutFile is null && (Destination is null || sources.Count > 1))
        {
            return PlanOneByOne(sources, plan);
        }
    }

    /// <summary>Plans what can be planned; what can't is that source's error alone.</summary>
    private List<FileRequest> PlanOneByOne(IReadOnlyList<string> sources, Func<IReadOnlyList<string>, IReadOnlyList<FileRequest>> plan)
    {
        var planned = new List<FileRequest>();
        var taken = new Dictionary<string, string>(OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        foreach (string source in sources)
        {
            try
            {
                foreach (FileRequest request in plan([source]))
                {
                    if (taken.TryAdd(request.Destination, request.Source))
                    {
                        planned.Add(request);
                        continue;
                    }

                    Report(
                        new TenantEncryptionException(
                            ErrorCodes.OutputExists, $"'{request.Source}' would be written to '{request.Destination}', as '{taken[request.Destination]}' is."),
                        request.Source);
                }
            }
            catch (TenantEncryptionException exception)
            {
                Report(exception, source);
            }
        }

        return planned;
    }
}
