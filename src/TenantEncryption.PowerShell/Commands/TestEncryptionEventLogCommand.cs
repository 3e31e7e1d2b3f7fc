using System.Management.Automation;
using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Verifies the event log: every event, their order and number, chain by chain.</summary>
/// <remarks>
/// Each tenant has a chain of its own, and the store one for what concerns no tenant. They are signed under a key that derives from the root key of the
/// internal KMS. This machine keeps the last head that it saw of each chain outside the store, and each chain must still have it. The result says what the
/// test excludes and what it can't: who could write the store and what this machine keeps shows only against heads that were noted elsewhere
/// (Get-TenantEncryption shows them), or against anchors (New-EncryptionAnchor), which cover the heads of all chains at once:
/// in a file, or in a bucket (-Anchor s3://bucket/prefix), where one that is missing, hidden by a delete marker or another version, or altered fails the test.
/// </remarks>
/// <example>
///   <code>if (-not (Test-EncryptionEventLog -Quiet)) { throw 'The event log was altered.' }</code>
///   <para>Use -Quiet in a condition: a result object is always true.</para>
/// </example>
/// <example>
///   <code>Test-EncryptionEventLog -Head $noted | Format-List</code>
///   <para>Verifies that the log still has everything up to the heads that were noted earlier.</para>
/// </example>
/// <example>
///   <code>Test-EncryptionEventLog -Anchor ./anchors.jsonl</code>
///   <para>Verifies that the log still has everything that the anchors in a file cover.</para>
/// </example>
/// <example>
///   <code>Test-EncryptionEventLog -Path ./archive/*.jsonl</code>
///   <para>Verifies archives of events (Export-EncryptionEvent), too, and that they are of one piece with the chains.</para>
/// </example>
/// <example>
///   <code>Test-EncryptionEventLog -TenantId acme</code>
///   <para>Verifies the chain of one tenant.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "EncryptionEventLog")]
[OutputType(typeof(EventLogTestResult), typeof(bool))]
public sealed class TestEncryptionEventLogCommand : TenantCmdlet
{
    private readonly TestVerdict _verdict = new();

    /// <summary>Only the chain of this tenant.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Only the chain of this tenant.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <summary>Heads that were noted earlier, as number:mac, or number:mac:tenant.</summary>
    [Parameter(HelpMessage = "Heads that were noted earlier, as number:mac, or number:mac:tenant.")]
    public string[]? Head { get; set; }

    /// <summary>
    /// What was kept of anchors: the path of a file of them, a place in a bucket (s3://bucket/prefix), anchors, number:root, or the encryption context that CloudTrail holds (JSON, or an object of it).
    /// </summary>
    [Parameter(HelpMessage = "What was kept of anchors: the path of a file of them, a place in a bucket (s3://bucket/prefix), anchors, number:root, or the encryption context that CloudTrail holds (JSON, or an object of it).")]
    public object[]? Anchor { get; set; }

    /// <summary>Archives of events, which are verified with the chains that they come from: their paths, or wildcards.</summary>
    [Parameter(HelpMessage = "Archives of events, which are verified with the chains that they come from: their paths, or wildcards.")]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Gives one Boolean: whether the log verifies.</summary>
    [Parameter(HelpMessage = "Gives one Boolean: whether the log verifies.")]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override object? Target => TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        AnchorEvidence[]? anchors = Anchor is null
            ? null
            : await OnPipelineAsync(() => Anchor.Select(one => AnchorInput.Read(this, one)).ToArray()).ConfigureAwait(false);
        EventLogTestResult result = await Service.Events.VerifyAsync(
            TenantId, Head?.Select(EventLogHead.Parse).ToArray(), anchors, await ArchivesAsync().ConfigureAwait(false), Cancellation).ConfigureAwait(false);
        if (result.Code != ErrorCodes.NothingTested)
        {
            _verdict.Note(result.Success);
        }

        if (!Quiet)
        {
            await EmitAsync(result).ConfigureAwait(false);
        }
    }

    // A wildcard that fits nothing named archives that are not there.
    private async Task<IReadOnlyList<string>?> ArchivesAsync()
    {
        if (Path is null)
        {
            return null;
        }

        var archives = new List<string>();
        foreach (string path in Path)
        {
            IReadOnlyList<string> found = await OnPipelineAsync(() => SessionPath.Expand(this, path)).ConfigureAwait(false);
            archives.AddRange(found);
            if (found.Count == 0)
            {
                Warn($"{path}: no archive of events fits.");
                _verdict.NoteLeftOut();
            }
        }

        return archives;
    }

    /// <inheritdoc/>
    protected override Task EndAsync() => _verdict.ConcludeAsync(this, Quiet);
}
