using System.Management.Automation;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Shows what is known of messages: from their headers, or from the catalog.</summary>
/// <remarks>
/// With a path, or the address of an object (s3://bucket/key), the header is read and nothing is decrypted: what it says could have been written by anyone, as Authenticated shows. With -TenantId,
/// -KeyProvider or -KekId, the catalog lists the protected files that it knows, without a look at them: Authenticated is empty then.
/// </remarks>
/// <example>
///   <code>Get-TenantMessage ./protected/invoice.pdf.tenc | Format-List</code>
///   <para>Shows the tenant, key and encryption context that a file names.</para>
/// </example>
/// <example>
///   <code>Get-TenantMessage -KeyProvider old-cmk -TenantId acme</code>
///   <para>Lists the files that depend on a provider.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "TenantMessage", DefaultParameterSetName = LiteralPathSet)]
[OutputType(typeof(MessageInfo))]
public sealed class GetTenantMessageCommand : FileOutcomeCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string CatalogSet = "Catalog";

    private object? _current;

    /// <summary>Files, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, HelpMessage = "Files, with wildcards.")]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Files, taken as they are written.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet, HelpMessage = "Files, taken as they are written.")]
    [Alias("PSPath", "FullName")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The messages of this tenant in the catalog.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = CatalogSet, HelpMessage = "The messages of this tenant in the catalog.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <summary>The messages in the catalog that depend on this provider: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = CatalogSet, HelpMessage = "The messages in the catalog that depend on this provider: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN.")]
    [ArgumentCompleter(typeof(KeyProviderCompleter))]
    public KeyProviderReference? KeyProvider { get; set; }

    /// <summary>The messages in the catalog under this key-encryption key.</summary>
    [Parameter(ParameterSetName = CatalogSet, HelpMessage = "The messages in the catalog under this key-encryption key.")]
    [ArgumentCompleter(typeof(KekCompleter))]
    public string? KekId { get; set; }

    /// <inheritdoc/>
    protected override object? Target => _current;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        if (ParameterSetName == CatalogSet)
        {
            await ListAsync().ConfigureAwait(false);
            return;
        }

        IReadOnlyList<string> files = ParameterSetName == PathSet
            ? await ResolveAsync(Path, isLiteral: false).ConfigureAwait(false)
            : await ResolveAsync(LiteralPath, isLiteral: true).ConfigureAwait(false);
        await EmitOutcomesAsync(Service.Data.ReadHeadersAsync(files, Cancellation)).ConfigureAwait(false);
    }

    private async Task ListAsync()
    {
        _current = (object?)KeyProvider ?? TenantId;
        if (TenantId is null && KeyProvider is null && KekId is null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "One of -Path, -LiteralPath, -TenantId, -KeyProvider and -KekId is needed.");
        }

        if (TenantId is not null)
        {
            await Service.Tenants.GetAsync(TenantId, Cancellation).ConfigureAwait(false);
        }

        KeyProvider? provider = KeyProvider is null ? null : await Service.Providers.ResolveAsync(KeyProvider.Text, TenantId, Cancellation).ConfigureAwait(false);
        await foreach (MessageInfo message in Service.Data.ListCatalogAsync(TenantId, provider?.Id, KekId, Cancellation).ConfigureAwait(false))
        {
            await EmitAsync(message).ConfigureAwait(false);
        }
    }
}
