using System.Management.Automation;
using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Spaces;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Makes an anchor of the event log, and puts it where who writes the store can't.</summary>
/// <remarks>
/// An anchor is the root of a Merkle tree (RFC 6962) over the heads of all chains of events, in a chain of anchors. Test-EncryptionEventLog -Anchor compares
/// the store with what was kept: cut tails, tenants that were taken away and older copies of the store show on every machine, whatever keys who did it has. What was
/// written after the last anchor it does not cover, so run it each minute. When nothing was written since, no other anchor is made: the last one is given, and put
/// where it is not yet. With -KeyArn it is told to AWS KMS as the encryption context of an Encrypt call that is a dry run: it encrypts nothing, costs one request, and
/// CloudTrail logs it. The permission kms:Encrypt on that key is enough. With -Bucket each anchor is an object, s3://bucket/prefix/&lt;store id&gt;/&lt;number&gt;.json, which is
/// never overwritten and which Object Lock holds: by -RetentionMode Compliance -RetentionDays 365, for one, or by the bucket's default retention. A bucket that would not hold it is refused
/// (SPACE_UNLOCKED) unless -AllowUnlocked is given. Credentials, region and endpoint of the bucket are those of the AWS configuration, or of Connect-TenantEncryption. With
/// -Interval several machines may run it on one store: whichever comes first when an anchor is due makes it.
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

    /// <summary>A place in a bucket to which the anchor is put as an object, with those that it lacks: s3://bucket/prefix. Several stores may share it.</summary>
    [Parameter(HelpMessage = "A place in a bucket to which the anchor is put as an object, with those that it lacks: s3://bucket/prefix.")]
    public string? Bucket { get; set; }

    /// <summary>What Object Lock holds it against: Governance (all but who may bypass it) or Compliance (everybody); with -RetentionDays. The bucket's default retention when not given.</summary>
    [Parameter(HelpMessage = "What Object Lock holds it against: Governance (all but who may bypass it) or Compliance (everybody); with -RetentionDays.")]
    public AnchorRetentionMode? RetentionMode { get; set; }

    /// <summary>For how many days Object Lock holds it: 1 to 36,500; with -RetentionMode.</summary>
    [Parameter(HelpMessage = "For how many days Object Lock holds it: 1 to 36,500; with -RetentionMode.")]
    [ValidateRange(1, 36_500)]
    public int? RetentionDays { get; set; }

    /// <summary>Puts it also into a bucket that holds nothing from being deleted. Whoever may delete there could take the last anchors away without a trace.</summary>
    [Parameter(HelpMessage = "Puts it also into a bucket that holds nothing from being deleted.")]
    public SwitchParameter AllowUnlocked { get; set; }

    /// <summary>How old the last anchor is when another one is made, by the store's clock: one that is younger is given as it is. Always when not given.</summary>
    [Parameter(HelpMessage = "How old the last anchor is when another one is made, by the store's clock: one that is younger is given as it is.")]
    public TimeSpan Interval { get; set; }

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        if (Path is not null && ObjectAddress.IsOne(Path))
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{Path}' is an address in a bucket.", remedy: "Give it with -Bucket.");
        }

        if (Bucket is null && (RetentionMode is not null || RetentionDays is not null || AllowUnlocked))
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "-RetentionMode, -RetentionDays and -AllowUnlocked are of a bucket, and none was given.", remedy: "Give it with -Bucket.");
        }

        string? path = Path is null ? null : await OnPipelineAsync(() => SessionPath.Literal(this, Path)).ConfigureAwait(false);
        string[] places = [.. new[] { path, KeyArn?.KeyId, Bucket }.OfType<string>()];
        if (!await ConfirmAsync(places.Length > 0 ? string.Join(" and ", places) : "the store alone", "Make an anchor of the event log").ConfigureAwait(false))
        {
            return;
        }

        var where = new AnchorPlaces
        {
            Path = path,
            KeyArn = KeyArn?.KeyId,
            Connection = KeyArn?.Reach(Connection) ?? Connection,
            Bucket = Bucket is null ? null : new AnchorBucket
            {
                Address = Bucket,
                RetentionMode = RetentionMode,
                Retention = RetentionDays is { } days ? TimeSpan.FromDays(days) : null,
                AllowUnlocked = AllowUnlocked,
            },
        };
        await EmitAsync(await Service.Anchors.MakeAsync(where, Interval, Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
    }
}
