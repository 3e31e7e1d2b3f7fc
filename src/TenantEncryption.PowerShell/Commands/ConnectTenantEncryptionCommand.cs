using System.Management.Automation;
using System.Security;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Opens a store, or the default one, for this session.</summary>
/// <remarks>
/// Every other cmdlet opens the default store by itself, and makes it at the first time: in the folder that TENANTENCRYPTION_HOME names, else in your
/// data folder. Where TENANTENCRYPTION_STORE has a connection string, the default is that database's. Connect to use another folder, which must be a store unless -Create is given (an interactive session asks), a PostgreSQL database that many
/// machines share, to give a passphrase, AWS credentials for this session alone, or a shorter key lease. All runspaces share one open store
/// per place; a runspace that connects itself, as in ForEach-Object -Parallel, works on the store that it connected to. Where that failed, what follows fails, too,
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
///   <code>Connect-TenantEncryption ./shared -Create -RootKeyArn $rootKeyArn -PassThru</code>
///   <para>Opens a store whose root key is sealed in it under the platform's own key in AWS KMS, whose ARN is in $rootKeyArn.</para>
/// </example>
/// <example>
///   <code>Connect-TenantEncryption -Credential (Get-Credential AKIAIOSFODNN7EXAMPLE)</code>
///   <para>Calls AWS KMS with an access key for this session; the secret access key is the password.</para>
/// </example>
/// <example>
///   <code>Connect-TenantEncryption -ConnectionString $database</code>
///   <para>Opens the store in a PostgreSQL database, of which $database has the connection string, such as 'Host=db.example.com;Database=tenants;Username=te_app;Passfile=/etc/pgpass'.</para>
/// </example>
/// <example>
///   <code>Connect-TenantEncryption -ConnectionString $owner -Create -ApplicationRole te_app</code>
///   <para>Makes the store's tables, which the role of the connection string in $owner will own, and gives te_app the rights to work with them.</para>
/// </example>
[Cmdlet(VerbsCommunications.Connect, "TenantEncryption", DefaultParameterSetName = FolderSet)]
[OutputType(typeof(StoreInfo))]
public sealed class ConnectTenantEncryptionCommand : AsyncCmdlet
{
    private const string FolderSet = "Folder";
    private const string DatabaseSet = "Database";

    private Keys.Root.RootKeyBackup? _backup;

    /// <summary>The folder of the store. The default store, which makes itself, when not given.</summary>
    [Parameter(Position = 0, ParameterSetName = FolderSet, HelpMessage = "The folder of the store.")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>
    /// The connection string of a PostgreSQL database, such as Host=db.example.com;Database=tenants;Username=te_app. Its keywords are those of Npgsql; give it as a SecureString where a password is in it. Search Path
    /// names the schema, which is tenantencryption when not given. Off this machine SSL Mode is VerifyFull unless it says otherwise.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = DatabaseSet, HelpMessage = "The connection string of a PostgreSQL database, such as Host=db.example.com;Database=tenants;Username=te_app.")]
    [ConnectionString]
    public SecureString? ConnectionString { get; set; }

    /// <summary>With -Create: the role that works with the store and owns nothing. It is given the rights that it needs.</summary>
    [Parameter(ParameterSetName = DatabaseSet, HelpMessage = "With -Create: the role that works with the store and owns nothing.")]
    [ValidateNotNullOrEmpty]
    public string? ApplicationRole { get; set; }

    /// <summary>Makes a store, with a root key of its own, where the folder or the database is none yet, or raises an older database; one that is there is opened.</summary>
    [Parameter(HelpMessage = "Makes a store, with a root key of its own, where the folder or the database is none yet, or raises an older database; one that is there is opened.")]
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
    /// The ARN of the platform's key in AWS KMS under which the root key is sealed, in the store itself, so that all machines that share the store have it. A new store is made with it; one that is there opens with that
    /// key alone. KMS is asked again each hour: to disable the key shuts what the internal KMS keeps. Update-RootKey -RootKeyArn puts another store's root key under a key.
    /// </summary>
    [Parameter(HelpMessage = "The ARN of the platform's key in AWS KMS under which the root key is sealed, in the store itself, so that all machines that share the store have it.")]
    [ValidateNotNullOrEmpty]
    public string? RootKeyArn { get; set; }

    /// <summary>
    /// A backup of the root key, which Export-RootKey wrote, in the place of the key in AWS KMS, or of the passphrase, that is lost; -Passphrase is the backup's. Then Update-RootKey -RootKeyArn makes a new root key and keeps it
    /// under another key.
    /// </summary>
    [Parameter(HelpMessage = "A backup of the root key, which Export-RootKey wrote, in the place of the key in AWS KMS, or of the passphrase, that is lost; -Passphrase is the backup's.")]
    [ValidateNotNullOrEmpty]
    public string? RootKeyBackup { get; set; }

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
        if (SessionToken is not null && Credential is null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "-SessionToken belongs to -Credential, which was not given.");
        }

        if (RootKeyArn is not null && (Passphrase is not null || MachineScope || RootKeyBackup is not null))
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, "A root key is kept in one way: -RootKeyArn goes with none of -Passphrase, -MachineScope and -RootKeyBackup. Update-RootKey -RootKeyArn takes it from one to the other.");
        }

        if (RootKeyBackup is not null && Passphrase is null)
        {
            throw new TenantEncryptionException(ErrorCodes.PassphraseRequired, "-RootKeyBackup needs the backup's -Passphrase.");
        }

        if (ApplicationRole is not null && !Create)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "-ApplicationRole belongs to -Create, which was not given.");
        }

        _backup = RootKeyBackup is null
            ? null
            : Keys.Root.RootKeyBackup.Read(await OnPipelineAsync(() => SessionPath.Literal(this, RootKeyBackup)).ConfigureAwait(false));
        StoreAddress address = await OnPipelineAsync(FindAddress).ConfigureAwait(false);

        // Before it is open: a script that goes on after a failure must not work on another store than the one it named.
        await OnPipelineAsync(() => RunspaceConnection.Set(address)).ConfigureAwait(false);
        StoreUse use = await OpenAsync(address).ConfigureAwait(false);
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

    private StoreAddress FindAddress()
    {
        if (ConnectionString is null)
        {
            return Path is null ? DefaultStore.Address : StoreAddress.OfFolder(SessionPath.Literal(this, Path));
        }

        using SecretBytes text = SecureText.ToUtf8(ConnectionString);
        return StoreAddress.OfDatabase(SecureText.ToText(text.Span));
    }

    private async Task<StoreUse> OpenAsync(StoreAddress address)
    {
        try
        {
            return await OpenStores.ConnectAsync(ReadSettings(address, Create), Cancellation).ConfigureAwait(false);
        }
        catch (TenantEncryptionException missing) when (missing.Code == ErrorCodes.StoreNotFound && !Create)
        {
            string question = $"There is no store in '{address}'. Make one there, with a root key of its own?";
            bool? answer = await OnPipelineAsync(() => new Confirmation(this).TryAsk(() => ShouldContinue(question, "Connect-TenantEncryption"))).ConfigureAwait(false);
            if (answer != true)
            {
                throw;
            }
        }

        return await OpenStores.ConnectAsync(ReadSettings(address, create: true), Cancellation).ConfigureAwait(false);
    }

    private ConnectionSettings ReadSettings(StoreAddress address, bool create)
    {
        ConnectionSettings settings = Path is null && ConnectionString is null ? DefaultStore.Settings : new ConnectionSettings { Address = address };
        return settings with
        {
            Create = create || settings.Create,
            ConnectionString = ConnectionString is null ? settings.ConnectionString : SecureText.ToUtf8(ConnectionString),
            ApplicationRole = ApplicationRole,
            Passphrase = Passphrase is null ? null : SecureText.ToUtf8(Passphrase),
            RootKeyArn = RootKeyArn,
            RootKeyBackup = _backup,
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
