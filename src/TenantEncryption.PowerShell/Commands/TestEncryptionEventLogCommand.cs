using System.Management.Automation;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Verifies the event log: every record, their order and number.</summary>
/// <remarks>
/// The records are chained under a key that derives from the root key of the internal KMS. The result says what the test excludes and what it can't:
/// a log cut off at its end shows only against a head that was noted elsewhere (Get-TenantEncryption shows it).
/// </remarks>
/// <example>
///   <code>if (-not (Test-EncryptionEventLog -Quiet)) { throw 'The event log was altered.' }</code>
///   <para>Use -Quiet in a condition: a result object is always true.</para>
/// </example>
/// <example>
///   <code>Test-EncryptionEventLog -Head $noted | Format-List</code>
///   <para>Verifies that the log still has everything up to a head that was noted earlier.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "EncryptionEventLog")]
[OutputType(typeof(EventLogTestResult), typeof(bool))]
public sealed class TestEncryptionEventLogCommand : TenantCmdlet
{
    private readonly TestVerdict _verdict = new();

    /// <summary>A head that was noted earlier, as number:mac.</summary>
    [Parameter]
    public string? Head { get; set; }

    /// <summary>Gives one Boolean: whether the log verifies.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Head;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        EventLogTestResult result = await Service.Events.VerifyAsync(Head is null ? null : EventLogHead.Parse(Head), Cancellation).ConfigureAwait(false);
        if (result.Code != ErrorCodes.NothingTested)
        {
            _verdict.Note(result.Success);
        }

        if (!Quiet)
        {
            await EmitAsync(result).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    protected override Task EndAsync() => _verdict.ConcludeAsync(this, Quiet);
}
