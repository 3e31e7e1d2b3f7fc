using System.Collections;
using System.Management.Automation;
using System.Security;
using System.Security.Cryptography;
using TenantEncryption.Data;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Decrypts files and values.</summary>
/// <remarks>
/// The key is found by the message's own header; only keys of the tenant that it names, or that -TenantId asserts, are tried. Every byte is verified
/// before the output has its name. The default output is the name without .tenc, beside the message; another name needs -Destination or
/// -OutFile. An object of a bucket is named by its address, s3://bucket/key, and all below a prefix by one that ends with a slash; what comes of them needs -Destination
/// or -OutFile. A value comes out as text, or as bytes or a SecureString when asked for. When the catalog knows another message at the path
/// of a file, a warning says so; with -Strict it is the error MESSAGE_SUBSTITUTED.
/// </remarks>
/// <example>
///   <code>Unprotect-TenantData ./protected -Recurse -Destination ./plain -TenantId acme</code>
///   <para>Decrypts every .tenc file of a folder tree, all of which must be acme's.</para>
/// </example>
/// <example>
///   <code>$text | Unprotect-TenantData -TenantId acme</code>
///   <para>Decrypts a value that Protect-TenantData gave as base64 text.</para>
/// </example>
/// <example>
///   <code>Unprotect-TenantData ./export.bin -OutFile ./export.txt -RawKey $key -RawKeyNamespace backup -RawKeyName k1</code>
///   <para>Decrypts a message of an AWS Encryption SDK's raw AES keyring. The key is base64 in a SecureString.</para>
/// </example>
[Cmdlet(VerbsSecurity.Unprotect, "TenantData", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(UnprotectedFile), typeof(string), typeof(byte[]), typeof(SecureString))]
public sealed class UnprotectTenantDataCommand : FileCmdlet
{
    private readonly List<(string? TenantId, List<string> Sources)> _files = [];
    private RawAesKeyring? _rawKey;
    private UnprotectOptions _options = UnprotectOptions.Default;

    /// <summary>The tenant whose data it must be; the one that each message names when not given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The tenant whose data it must be; the one that each message names when not given.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <summary>Pairs that each message must be bound to, whether they are stored in it or not.</summary>
    [Parameter(HelpMessage = "Pairs that each message must be bound to, whether they are stored in it or not.")]
    public Hashtable? EncryptionContext { get; set; }

    /// <summary>Gives a value as bytes.</summary>
    [Parameter(HelpMessage = "Gives a value as bytes.")]
    public SwitchParameter AsByteArray { get; set; }

    /// <summary>Gives a value as a SecureString.</summary>
    [Parameter(HelpMessage = "Gives a value as a SecureString.")]
    public SwitchParameter AsSecureString { get; set; }

    /// <summary>Also reads messages that were written without key commitment.</summary>
    [Parameter(HelpMessage = "Also reads messages that were written without key commitment.")]
    public SwitchParameter AllowNonCommitting { get; set; }

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

    /// <summary>Makes an error of a file that is not the message which the catalog knows at its path.</summary>
    [Parameter(HelpMessage = "Makes an error of a file that is not the message which the catalog knows at its path.")]
    public SwitchParameter Strict { get; set; }

    /// <summary>A raw AES key that wrapped the data key: base64 of 16, 24 or 32 bytes. Only it is tried, and no key of a tenant's.</summary>
    [Parameter(HelpMessage = "A raw AES key that wrapped the data key: base64 of 16, 24 or 32 bytes.")]
    public SecureString? RawKey { get; set; }

    /// <summary>The namespace of -RawKey.</summary>
    [Parameter(HelpMessage = "The namespace of -RawKey.")]
    public string? RawKeyNamespace { get; set; }

    /// <summary>The name of -RawKey.</summary>
    [Parameter(HelpMessage = "The name of -RawKey.")]
    public string? RawKeyName { get; set; }

    /// <inheritdoc/>
    protected override async Task BeginAsync()
    {
        if (AsByteArray && AsSecureString)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "-AsByteArray and -AsSecureString exclude each other.");
        }

        _rawKey = RawKeyParameter.Read(RawKey, RawKeyNamespace, RawKeyName);
        _options = new UnprotectOptions
        {
            EncryptionContext = ContextPairs.Read(EncryptionContext),
            AllowNonCommitting = AllowNonCommitting,
            Limits = new MessageLimits
            {
                MaxHeaderLength = MaxHeaderLength,
                MaxEncryptedDataKeys = MaxEncryptedDataKeys,
                MaxFrameLength = MaxFrameLength,
                MaxNonFramedLength = MaxNonFramedLength,
            },
            Strict = Strict,
            Force = Force,
            SkipExisting = SkipExisting,
            DegreeOfParallelism = ThrottleLimit,
            Keyring = _rawKey,
            KeyringOnly = _rawKey is not null,
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

    private protected override void RefuseForFile()
    {
        base.RefuseForFile();
        if (AsByteArray || AsSecureString)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "-AsByteArray and -AsSecureString are for values; what comes of a file is a file.");
        }
    }

    private protected override async Task ProcessValueAsync(PipelineInput input)
    {
        UnprotectedValue value = await Session.UnprotectValueAsync(MessageValue.Read(input), _options with { TenantId = TenantId }, Cancellation).ConfigureAwait(false);
        if (AsByteArray)
        {
            await EmitAsync(value.Plaintext).ConfigureAwait(false);
            return;
        }

        try
        {
            await EmitAsync(AsSecureString ? SecureText.FromUtf8(value.Plaintext) : SecureText.ToText(value.Plaintext)).ConfigureAwait(false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(value.Plaintext);
        }
    }

    /// <inheritdoc/>
    protected override async Task ProcessFilesAsync()
    {
        foreach ((string? tenantId, List<string> sources) in _files)
        {
            IReadOnlyList<FileRequest> plan = await PlanAsync(sources, Service.Data.PlanUnprotectAsync, file => $"Unprotect as {file.Destination}").ConfigureAwait(false);
            using CommandProgress<DataProgress> progress = ShowProgress("Unprotecting data");
            await EmitOutcomesAsync(
                Session.UnprotectFilesAsync(plan, _options with { TenantId = tenantId }, progress, Cancellation)).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _rawKey?.Dispose();
        }
    }
}
