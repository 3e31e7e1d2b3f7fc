using System.Management.Automation;
using TenantEncryption.Data;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Verifies every byte of protected files and values, and writes nothing.</summary>
/// <remarks>
/// A message that does not verify is a result with its code, not an error; an error means that it could not be judged, for instance because the file
/// is missing or KMS can't be reached. Of a folder, the files whose names end with .tenc are verified; of an address that ends with a slash (s3://bucket/prefix/), the objects. Nothing tested is no success: -Quiet gives False, with
/// a warning that says why, also for a folder without messages, a wildcard without match, and when anything that was named could not be tested.
/// </remarks>
/// <example>
///   <code>if (Test-TenantData ./protected -Recurse -Quiet) { 'all good' }</code>
///   <para>Use -Quiet in a condition: a result object is always true.</para>
/// </example>
/// <example>
///   <code>Test-TenantData ./protected -Recurse | Where-Object Success -eq $false</code>
///   <para>Finds what was altered.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "TenantData", DefaultParameterSetName = PathSet)]
[OutputType(typeof(MessageTestResult), typeof(bool))]
public sealed class TestTenantDataCommand : DataCmdlet
{
    private readonly List<(string? TenantId, List<string> Sources)> _files = [];
    private readonly TestVerdict _verdict = new();
    private UnprotectOptions _options = UnprotectOptions.Default;

    /// <summary>The tenant whose data it must be; the one that each message names when not given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The tenant whose data it must be; the one that each message names when not given.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <summary>The greatest length of a message's header in bytes, for a writer that you trust. 1 MiB.</summary>
    [Parameter(HelpMessage = "The greatest length of a message's header in bytes, for a writer that you trust. 1 MiB.")]
    public int MaxHeaderLength { get; set; } = MessageLimits.Default.MaxHeaderLength;

    /// <summary>The greatest number of a message's encrypted data keys, for a writer that you trust. 32.</summary>
    [Parameter(HelpMessage = "The greatest number of a message's encrypted data keys, for a writer that you trust. 32.")]
    public int MaxEncryptedDataKeys { get; set; } = MessageLimits.Default.MaxEncryptedDataKeys;

    /// <summary>The greatest length of a message's frames in bytes, for a writer that you trust; each thread holds some. 64 MiB.</summary>
    [Parameter(HelpMessage = "The greatest length of a message's frames in bytes, for a writer that you trust; each thread holds some. 64 MiB.")]
    public int MaxFrameLength { get; set; } = MessageLimits.Default.MaxFrameLength;

    /// <summary>The greatest length in bytes of a message without frames, which is held in memory whole, for a writer that you trust. 64 MiB.</summary>
    [Parameter(HelpMessage = "The greatest length in bytes of a message without frames, which is held in memory whole, for a writer that you trust. 64 MiB.")]
    public int MaxNonFramedLength { get; set; } = MessageLimits.Default.MaxNonFramedLength;

    /// <summary>Gives one Boolean: whether everything verifies.</summary>
    [Parameter(HelpMessage = "Gives one Boolean: whether everything verifies.")]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override async Task BeginAsync()
    {
        _options = new UnprotectOptions
        {
            Limits = new MessageLimits
            {
                MaxHeaderLength = MaxHeaderLength,
                MaxEncryptedDataKeys = MaxEncryptedDataKeys,
                MaxFrameLength = MaxFrameLength,
                MaxNonFramedLength = MaxNonFramedLength,
            },
            DegreeOfParallelism = ThrottleLimit,
        };
        await base.BeginAsync().ConfigureAwait(false);
        if (UnknownTenantEnds)
        {
            await Service.Tenants.GetAsync(TenantId!, Cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    protected override void AddFile(string path)
    {
        if (_files.Count == 0 || _files[^1].TenantId != TenantId)
        {
            _files.Add((TenantId, []));
        }

        _files[^1].Sources.Add(path);
    }

    private protected override async Task ProcessValueAsync(PipelineInput input)
    {
        MessageTestResult result;
        try
        {
            ReadOnlyMemory<byte> message = MessageValue.Read(input);
            result = await Session.TestValueAsync(message, _options with { TenantId = TenantId }, Cancellation).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.NotAMessage)
        {
            result = new MessageTestResult { Code = exception.Code, Detail = exception.Detail, TenantId = TenantId };
        }

        await EmitResultAsync(result).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ProcessFilesAsync()
    {
        foreach ((string? tenantId, List<string> sources) in _files)
        {
            IReadOnlyList<FileRequest> plan = await Service.Data.PlanTestAsync(sources, Recurse, Cancellation).ConfigureAwait(false);
            using CommandProgress<DataProgress> progress = ShowProgress("Verifying data");
            await EmitOutcomesAsync(
                JudgeAsync(Session.TestFilesAsync(plan, _options with { TenantId = tenantId }, progress, Cancellation))).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        await base.EndAsync().ConfigureAwait(false);
        await _verdict.ConcludeAsync(this, Quiet).ConfigureAwait(false);
    }

    private protected override void NoteLeftOut() => _verdict.NoteLeftOut();

    private async ValueTask EmitResultAsync(MessageTestResult result)
    {
        _verdict.Note(result.Success);
        if (!Quiet)
        {
            await EmitAsync(result).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<FileOutcome<MessageTestResult>> JudgeAsync(IAsyncEnumerable<FileOutcome<MessageTestResult>> outcomes)
    {
        await foreach (FileOutcome<MessageTestResult> outcome in outcomes.ConfigureAwait(false))
        {
            if (outcome.Result is { } result)
            {
                _verdict.Note(result.Success);
            }
            else if (outcome.Skipped is not null)
            {
                _verdict.NoteLeftOut();
            }

            yield return Quiet ? outcome with { Result = null } : outcome;
        }
    }
}
