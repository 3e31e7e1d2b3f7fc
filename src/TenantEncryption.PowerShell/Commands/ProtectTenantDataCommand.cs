using System.Collections;
using System.Management.Automation;
using System.Text;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Encrypts files and values of a tenant.</summary>
/// <remarks>
/// Each file becomes one AWS Encryption SDK message beside it, with .tenc after its name; -Destination and -OutFile choose another place, which may be in a bucket: s3://bucket/prefix.
/// Credentials, region and endpoint of a bucket are those of the AWS configuration (AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL_S3), or of Connect-TenantEncryption. A value
/// becomes base64 text, or bytes with -AsByteArray. A file takes its name only when it is whole and durable; an existing one is left alone without
/// -Force; -SkipExisting passes over it. Input that already is a message is left alone with a warning, so a run can be repeated. In a folder, links are not followed, and pipes, sockets and devices are left out; a warning names each. The encryption context is authenticated
/// with the message and stored in it readable: it is public. Reserved in it are keys that begin with aws-crypto-, KekId, and the tenant's own key.
/// </remarks>
/// <example>
///   <code>Protect-TenantData ./invoices -TenantId acme -Recurse -Destination ./protected</code>
///   <para>Encrypts every file of a folder tree into another.</para>
/// </example>
/// <example>
///   <code>Get-ChildItem *.csv | Protect-TenantData -TenantId acme -RemoveSource</code>
///   <para>Encrypts files beside themselves and removes each when its message is durable and verified.</para>
/// </example>
/// <example>
///   <code>$text = 'secret' | Protect-TenantData -TenantId acme</code>
///   <para>Encrypts a value. A piped string is a value, never a path.</para>
/// </example>
/// <example>
///   <code>,$bytes | Protect-TenantData -TenantId acme -AsByteArray</code>
///   <para>Encrypts bytes to bytes. Without the comma PowerShell would pipe them one by one.</para>
/// </example>
[Cmdlet(VerbsSecurity.Protect, "TenantData", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(ProtectedFile), typeof(string), typeof(byte[]))]
public sealed class ProtectTenantDataCommand : FileCmdlet
{
    private readonly List<(string TenantId, List<string> Sources)> _files = [];
    private ProtectOptions _options = ProtectOptions.Default;
    private bool? _valuesAgreed;

    /// <summary>The tenant whose data it is.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The tenant whose data it is.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string TenantId { get; set; } = "";

    /// <summary>Pairs to authenticate with the message. They are stored in it readable: don't put secrets there.</summary>
    [Parameter(HelpMessage = "Pairs to authenticate with the message.")]
    public Hashtable? EncryptionContext { get; set; }

    /// <summary>The size of a frame in bytes. A reader needs memory for frames of this size; the default suits most.</summary>
    [Parameter(HelpMessage = "The size of a frame in bytes.")]
    public int? FrameSize { get; set; }

    /// <summary>
    /// Removes each source when its output is durable and was verified by reading it again. Only content is in a message: permissions, times, and on Windows
    /// alternate data streams and attributes, go with the source.
    /// </summary>
    [Parameter(HelpMessage = "Removes each source when its output is durable and was verified by reading it again.")]
    public SwitchParameter RemoveSource { get; set; }

    /// <summary>Gives a protected value as bytes instead of base64 text.</summary>
    [Parameter(HelpMessage = "Gives a protected value as bytes instead of base64 text.")]
    public SwitchParameter AsByteArray { get; set; }

    /// <inheritdoc/>
    protected override async Task BeginAsync()
    {
        _options = new ProtectOptions
        {
            EncryptionContext = ContextPairs.Read(EncryptionContext),
            FrameLength = FrameSize,
            DegreeOfParallelism = ThrottleLimit,
            Force = Force,
            SkipExisting = SkipExisting,
            RemoveSource = RemoveSource,
        };
        await base.BeginAsync().ConfigureAwait(false);
        if (UnknownTenantEnds)
        {
            await Service.Tenants.GetAsync(TenantId, Cancellation).ConfigureAwait(false);
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
        if (AsByteArray)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "-AsByteArray is for values; what comes of a file is a file.");
        }
    }

    private protected override async Task ProcessValueAsync(PipelineInput input)
    {
        _valuesAgreed ??= await ConfirmAsync($"values of tenant {TenantId}", "Protect").ConfigureAwait(false);
        if (_valuesAgreed == false)
        {
            return;
        }

        using SecretBytes? secret = input.Kind == InputKind.Secret ? SecureText.ToUtf8(input.Secret) : null;
        ReadOnlyMemory<byte> plaintext = secret is not null ? secret.Memory
            : input.Kind == InputKind.Bytes ? input.Bytes
            : Encoding.UTF8.GetBytes(input.Text);
        byte[] message = await Session.ProtectValueAsync(TenantId, plaintext, _options, Cancellation).ConfigureAwait(false);
        await EmitAsync(AsByteArray ? message : Convert.ToBase64String(message)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ProcessFilesAsync()
    {
        foreach ((string tenantId, List<string> sources) in _files)
        {
            IReadOnlyList<FileRequest> plan = await PlanAsync(sources, Plan, file => Describe(file, tenantId)).ConfigureAwait(false);
            if (plan.Count > 0)
            {
                await ProtectAsync(tenantId, plan).ConfigureAwait(false);
            }
        }
    }

    private static Task<IReadOnlyList<FileRequest>> Plan(
        IReadOnlyList<string> sources, string? destination, string? outFile, bool recurse, CancellationToken cancellationToken) =>
        Task.FromResult(FilePlanner.ForProtect(sources, destination, outFile, recurse, cancellationToken));

    private string Describe(FileRequest file, string tenantId) =>
        $"Protect for tenant {tenantId} as {file.Destination}{(RemoveSource ? ", then remove the source" : "")}";

    private async Task ProtectAsync(string tenantId, IReadOnlyList<FileRequest> plan)
    {
        using CommandProgress<DataProgress> progress = ShowProgress($"Protecting data of tenant {tenantId}");
        try
        {
            await EmitOutcomesAsync(Session.ProtectFilesAsync(tenantId, plan, _options, progress, Cancellation)).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (_files.Count > 1)
        {
            Report(exception, tenantId);
        }
    }
}
