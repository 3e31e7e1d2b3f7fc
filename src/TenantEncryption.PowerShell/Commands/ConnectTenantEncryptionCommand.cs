using System.Management.Automation;
using System.Security;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Files;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Opens a store, or the default one, for this session.</summary>
/// <remarks>
/// Every other cmdlet opens the default store by itself, and makes it at the first time: in the folder that TENANTENCRYPTION_HOME names, else in your
/// data folder. Connect to use another folder, which must be a store unless -Create is given (an interactive session asks), to give a passphrase, AWS credentials for this session alone, or a shorter key lease. All runspaces share one open store
/// per path; a runspace that connects itself, as in ForEach-Object -Parallel, works on the store that it connected to. Where that failed, what follows fails, too,
/// and does not fall back to another store, until you connect again or disconnect. Credentials and the passphrase stay in memory and are zeroed by
/// Disconnect-TenantEncryption.
/// </remarks>
/// <example>
///   <code>Connect-TenantEncryption ./store -Create -PassThru</code>
///   <para>Opens the store in ./store, makes it when there is none, and shows it.</para>
/// </example>
/// <example>
///   <code>Connect-TenantEncryption ./sealed -Create -Passphrase (Read-Host -AsSecureString) -KeyLease 00:00:30</code>
///   <para>Opens a store whose root key is under a passphrase, and holds plaintext keys for half a minute at most.</para>
/// </example>
/// <example>
///   <code>Connect-TenantEncryption -Credential (Get-Credential AKIAIOSFODNN7EXAMPLE)</code>
///   <para>Calls AWS KMS with an access key for this session; the secret access key is the password.</para>
/// </example>
[Cmdlet(VerbsCommunications.Connect, "TenantEncryption")]
[OutputType(typeof(StoreInfo))]
public sealed class ConnectTenantEncryptionCommand : AsyncCmdlet
{
    /// <summary>The folder of the store. The default store, which makes itself, when not given.</summary>
    [Parameter(Position = 0, HelpMessage = "The folder of the store.")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Makes a store, with a root key of its own, where the folder is none yet; one that is there is opened.</summary>
    [Parameter(HelpMessage = "Makes a store, with a root key of its own, where the folder is none yet; one that is there is opened.")]
    public SwitchParameter Create { get; set; }

    /// <summary>
    /// Accepts that the store is older than what this machine saw of it, after a backup was restored on purpose. An event in each tenant's chain says so; until
    /// then nothing is read or written for the tenants that lack something.
    /// </summary>
    [Parameter(HelpMessage = "Accepts that the store is older than what this machine saw of it, after a backup was restored on purpose.")]
    public SwitchParameter AcceptRollback { get; set; }

    /// <summary>The passphrase that protects the root key of the internal KMS. A new store is made with it.</summary>
    [Parameter(HelpMessage = "The passphrase that protects the root key of the internal KMS.")]
    public SecureString? Passphrase { get; set; }

    /// <summary>
    /// On Windows, of a new store: the root key is sealed for this machine instead of this user, for services of several accounts. It lies in a folder of the
    /// store's own under %ProgramData%\TenantEncryption\roots, which an administrator opens to more accounts with icacls. A store that is there needs no switch.
    /// </summary>
    [Parameter(HelpMessage = "On Windows, of a new store: the root key is sealed for this machine instead of this user, for services of several accounts.")]
    public SwitchParameter MachineScope { get; set; }

    /// <summary>
    /// The longest time for which this session holds a plaintext key after its KMS gave it, such as 00:00:30: a second or more, or zero for one KMS call an
    /// operation. It only shortens the tenants' own.
    /// </summary>
    [Parameter(HelpMessage = "The longest time for which this session holds a plaintext key after its KMS gave it, such as 00:00:30: a second or more, or zero for one KMS call an operation.")]
    public TimeSpan? KeyLease { get; set; }

    /// <summary>An AWS access key for this session: the access key id as user name, the secret access key as password.</summary>
    [Parameter(HelpMessage = "An AWS access key for this session: the access key id as user name, the secret access key as password.")]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The session token, when the access key is a temporary one.</summary>
    [Parameter(HelpMessage = "The session token, when the access key is a temporary one.")]
    public SecureString? SessionToken { get; set; }

    /// <summary>Writes the open store.</summary>
    [Parameter(HelpMessage = "Writes the open store.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Path;

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        string path = await OnPipelineAsync(() => Path is null ? DefaultStore.Folder : StorePath.Full(SessionPath.Literal(this, Path))).ConfigureAwait(false);
        // Before it is open: a script that goes on after a failure must not work on another store than the one it named.
        await OnPipelineAsync(() => RunspaceConnection.Set(path)).ConfigureAwait(false);
        StoreUse use = await OpenAsync(path).ConfigureAwait(false);
        await using var _ = use.ConfigureAwait(false);
        if (AcceptRollback)
        {
            foreach (EventLogHeadState accepted in await use.Service.AcceptRollbackAsync(Cancellation).ConfigureAwait(false))
            {
                await OnPipelineAsync(() => WriteVerbose(
                    $"{(accepted.TenantId is { } tenant ? $"Tenant '{tenant}'" : "The store's own chain")} ended at event {accepted.Kept} and goes on from event {accepted.Head.Sequence}.")).ConfigureAwait(false);
            }
        }

        if (PassThru)
        {
            await EmitAsync(await use.Service.DescribeAsync(Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private async Task<StoreUse> OpenAsync(string path)
    {
        bool create = Create || Path is null;
        try
        {
            return await OpenStores.ConnectAsync(ReadSettings(path, create), Cancellation).ConfigureAwait(false);
        }
        catch (TenantEncryptionException missing) when (missing.Code == ErrorCodes.StoreNotFound && !create)
        {
            string question = $"There is no store in '{path}'. Make one there, with a root key of its own?";
            bool? answer = await OnPipelineAsync(() => new Confirmation(this).TryAsk(() => ShouldContinue(question, "Connect-TenantEncryption"))).ConfigureAwait(false);
            if (answer != true)
            {
                throw;
            }
        }

        return await OpenStores.ConnectAsync(ReadSettings(path, create: true), Cancellation).ConfigureAwait(false);
    }

    private ConnectionSettings ReadSettings(string path, bool create)
    {
        if (SessionToken is not null && Credential is null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "-SessionToken belongs to -Credential, which was not given.");
        }

        return new ConnectionSettings
        {
            Path = path,
            Create = create,
            Passphrase = Passphrase is null ? null : SecureText.ToUtf8(Passphrase),
            MachineScope = MachineScope,
            KeyLease = KeyLease,
            Credentials = Credential is null
                ? null
                : new SessionCredentials(
                    Credential.UserName.TrimStart('\\'),
                    SecureText.ToUtf8(Credential.Password),
                    SessionToken is null ? null : SecureText.ToUtf8(SessionToken)),
        };
    }
}
