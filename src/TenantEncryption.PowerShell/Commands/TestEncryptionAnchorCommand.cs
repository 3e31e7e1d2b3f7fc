using System.Management.Automation;
using TenantEncryption.Anchors;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Spaces;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Verifies, without the store, the proof that an anchor covers a tenant's events.</summary>
/// <remarks>
/// For the tenant, or its auditor: with the proof (Get-EncryptionAnchor -TenantId) and the anchor as somebody kept it whom they trust (a file of anchors, a bucket under
/// Object Lock, CloudTrail), they see that the head of the tenant's chain is under that anchor. The result names the head; that the store still has it, Test-EncryptionEventLog -Head shows. No
/// store is needed, and but for a bucket no AWS account. A proof that fails is a result, not an error.
/// </remarks>
/// <example>
///   <code>Get-Content proof.json -Raw | Test-EncryptionAnchor -Anchor ./anchors.jsonl</code>
///   <para>Verifies a proof against a file of anchors.</para>
/// </example>
/// <example>
///   <code>if (Get-EncryptionAnchor -TenantId acme | Test-EncryptionAnchor -Anchor $anchor -Quiet) { 'covered' }</code>
///   <para>Use -Quiet in a condition: a result object is always true.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "EncryptionAnchor")]
[OutputType(typeof(AnchorTestResult), typeof(bool))]
public sealed class TestEncryptionAnchorCommand : AsyncCmdlet
{
    private readonly TestVerdict _verdict = new();
    private readonly List<string> _buckets = [];
    private IReadOnlyList<AnchorEvidence> _kept = [];
    private IObjectStore? _objects;

    /// <summary>The proof: an object of Get-EncryptionAnchor, or its JSON.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = "The proof: an object of Get-EncryptionAnchor, or its JSON.")]
    public object Proof { get; set; } = "";

    /// <summary>
    /// What was kept of the anchor: the path of a file of anchors, a place in a bucket (s3://bucket/prefix), an anchor, number:root, or the encryption context that CloudTrail holds (JSON, or an object of it).
    /// </summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "What was kept of the anchor: the path of a file of anchors, a place in a bucket (s3://bucket/prefix), an anchor, number:root, or the encryption context that CloudTrail holds (JSON, or an object of it).")]
    public object[] Anchor { get; set; } = [];

    /// <summary>Gives one Boolean: whether every proof verifies.</summary>
    [Parameter(HelpMessage = "Gives one Boolean: whether every proof verifies.")]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Proof;

    /// <inheritdoc/>
    protected override async Task BeginAsync()
    {
        _buckets.AddRange(Anchor.Select(AnchorInput.AddressOf).OfType<string>());
        _kept = await OnPipelineAsync(() => Anchor.Where(one => AnchorInput.AddressOf(one) is null).Select(one => AnchorInput.Read(this, one)).ToArray()).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        AnchorProof proof = AnchorInput.ReadProof(Proof);

        // Of several that were kept, the one that speaks of the proof's anchor.
        List<AnchorTestResult> results = [.. _kept.Select(proof.Verify)];
        foreach (string bucket in _buckets)
        {
            _objects ??= Adapters.CreateObjectStore(null);
            results.Add(proof.Verify(await AnchorObjects.FindAsync(_objects, bucket, proof, Cancellation).ConfigureAwait(false)));
        }

        AnchorTestResult result = results.FirstOrDefault(one => one.Success) ?? results[^1];
        _verdict.Note(result.Success);
        if (!Quiet)
        {
            await EmitAsync(result).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    protected override Task EndAsync() => _verdict.ConcludeAsync(this, Quiet);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _objects?.Dispose();
        }

        base.Dispose(disposing);
    }
}
