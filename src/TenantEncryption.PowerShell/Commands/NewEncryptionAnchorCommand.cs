using System.Management.Automation;
using TenantEncryption.Anchors;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Makes an anchor of the event log, and puts it where who writes the store can't.</summary>
/// <remarks>
/// An anchor is the root of a Merkle tree (RFC 6962) over the heads of all chains of events, in a chain of anchors. Test-EncryptionEventLog -Anchor compares
/// the store with what was kept: cut tails, tenants that were taken away and older copies of the store show on every machine, whatever keys who did it has. What was
/// written after the last anchor it does not cover, so run it each minute. When nothing was written since, no other anchor is made: the last one is given, and put
/// where it is not yet. With -KeyArn it is told to AWS KMS as the encryption context of an Encrypt call that is a dry run: it encrypts nothing, costs one request, and
/// CloudTrail logs it. The permission kms:Encrypt on that key is enough.
/// </remarks>
/// <example>
///   <code>New-EncryptionAnchor ./anchors.jsonl</code>
///   <para>Appends an anchor to a file, best on another machine or a disk that can only be appended to.</para>
/// </example>
/// <example>
///   <code>New-EncryptionAnchor -KeyArn alias/acme -Region eu-west-1</code>
///   <para>Has CloudTrail hold the anchor, in the account of the key as well as in that of the caller.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "EncryptionAnchor", SupportsShouldProcess = true)]
[OutputType(typeof(Anchor))]
public sealed class NewEncryptionAnchorCommand : AwsCmdlet
{
    /// <summary>A file to which the anchor is appended as a line of JSON, with those that the file lacks. A file that is made is its owner's alone.</summary>
    [Parameter(Position = 0, HelpMessage = "A file to which the anchor is appended as a line of JSON, with those that the file lacks.")]
    public string? Path { get; set; }

    /// <summary>A master key in AWS KMS, whose CloudTrail shall hold the anchor: a key ARN, alias ARN, key id or alias name.</summary>
    [Parameter(HelpMessage = "A master key in AWS KMS, whose CloudTrail shall hold the anchor: a key ARN, alias ARN, key id or alias name.")]
    [ArgumentCompleter(typeof(MasterKeyCompleter))]
    public MasterKeyReference? KeyArn { get; set; }

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        string? path = Path is null ? null : await OnPipelineAsync(() => SessionPath.Literal(this, Path)).ConfigureAwait(false);
        string[] places = [.. new[] { path, KeyArn?.KeyId }.OfType<string>()];
        if (!await ConfirmAsync(places.Length > 0 ? string.Join(" and ", places) : "the store alone", "Make an anchor of the event log").ConfigureAwait(false))
        {
            return;
        }

        var where = new AnchorPlaces { Path = path, KeyArn = KeyArn?.KeyId, Connection = KeyArn?.Reach(Connection) ?? Connection };
        await EmitAsync(await Service.Anchors.MakeAsync(where, Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
    }
}
