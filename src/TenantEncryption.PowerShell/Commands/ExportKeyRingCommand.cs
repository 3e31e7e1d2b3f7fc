using System.Management.Automation;
using System.Security;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Recovery;
using TenantEncryption.Tenants;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Writes tenants' key rings into files, from which their data can be read when the store is lost.</summary>
/// <remarks>
/// A key ring has the records of a tenant's keys, which the tenant's key providers alone open, and what another machine needs to know of the tenant and its providers.
/// It is JSON, so that the AWS CLI and twenty lines of any language recover a key from it, too. Where the internal KMS has a part in a key, that part is sealed under
/// -Passphrase, and without one nothing is written. A passphrase authenticates the whole file as well; without one a file says nothing with authority but what a
/// provider confirms. Export again after keys were made or moved: a ring has what there was. Import-KeyRing brings it back.
/// </remarks>
/// <example>
///   <code>Export-KeyRing acme ./acme.json -Passphrase (Read-Host -AsSecureString)</code>
///   <para>Writes the keys of a tenant into a file that only its owner can read.</para>
/// </example>
/// <example>
///   <code>Export-KeyRing * ./rings -Passphrase (Read-Host -AsSecureString) -Force</code>
///   <para>Writes a file for each tenant into a folder that is there, in the place of those of the last time.</para>
/// </example>
[Cmdlet(VerbsData.Export, "KeyRing", SupportsShouldProcess = true)]
[OutputType(typeof(KeyRingExport))]
public sealed class ExportKeyRingCommand : TenantCmdlet
{
    /// <summary>The tenants: ids, or wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The tenants: ids, or wildcards.")]
    [SupportsWildcards]
    [Names]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[] TenantId { get; set; } = [];

    /// <summary>The file to write, or a folder that is there, in which each tenant gets a file of its own. What is there stays, unless -Force is given.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "The file to write, or a folder that is there, in which each tenant gets a file of its own.")]
    public string Path { get; set; } = "";

    /// <summary>The passphrase that seals what is the internal KMS's, and authenticates the file. Keep it apart from the file.</summary>
    [Parameter(HelpMessage = "The passphrase that seals what is the internal KMS's, and authenticates the file.")]
    public SecureString? Passphrase { get; set; }

    /// <summary>Replaces a file that is there.</summary>
    [Parameter(HelpMessage = "Replaces a file that is there.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override object? Target => TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        string path = await OnPipelineAsync(() => SessionPath.Literal(this, Path)).ConfigureAwait(false);
        bool isFolder = Directory.Exists(path);
        IReadOnlyList<EncryptionTenant> tenants = await TenantSelection.SelectAsync(Service, TenantId, Report, Cancellation).ConfigureAwait(false);
        if (tenants.Count > 1 && !isFolder)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{path}' is no folder, and the keys of {tenants.Count} tenants do not go into one file.");
        }

        foreach (EncryptionTenant tenant in tenants)
        {
            try
            {
                await ExportAsync(tenant.TenantId, isFolder ? System.IO.Path.Join(path, KeyRingService.NameOf(tenant.TenantId)) : path).ConfigureAwait(false);
            }
            catch (TenantEncryptionException exception)
            {
                Report(exception, tenant.TenantId);
            }
        }
    }

    private async Task ExportAsync(string tenantId, string file)
    {
        RootKeyBackup.RequireFree(file, Force);
        await Service.KeyRings.CheckExportAsync(tenantId, Passphrase is { Length: > 0 }, Cancellation).ConfigureAwait(false);
        using SecretBytes? passphrase = Passphrase is null ? null : SecureText.ToUtf8(Passphrase);
        if (await ConfirmAsync($"tenant {tenantId}", $"Write its key ring into {file}").ConfigureAwait(false))
        {
            await EmitAsync(await Service.KeyRings.ExportAsync(tenantId, file, passphrase, Force, Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }
}
