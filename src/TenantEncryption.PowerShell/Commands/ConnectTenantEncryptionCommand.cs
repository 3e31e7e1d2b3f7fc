using System.Management.Automation;
using System.Security;
using TenantEncryption.Errors;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Opens a store, or the default one, for this session.</summary>
/// <remarks>
/// Every other cmdlet opens the default store by itself: the folder that TENANTENCRYPTION_HOME names, else one in your data folder. Connect to
/// use another folder, to give a passphrase, AWS credentials for this session alone, or a shorter key lease. All runspaces share one open store
/// per path; a runspace that connects itself, as in ForEach-Object -Parallel, works on the store that it connected to. Credentials and the
/// passphrase stay in memory and are zeroed by Disconnect-TenantEncryption.
/// </remarks>
/// <example>
///   <code>Connect-TenantEncryption ./store -PassThru</code>
///   <para>Opens the store in ./store, makes it when there is none, and shows it.</para>
/// </example>
/// <example>
///   <code>Connect-TenantEncryption ./store -Passphrase (Read-Host -AsSecureString) -KeyLease 00:00:30</code>
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
    /// <summary>The folder of the store; made when it is missing. The default store when not given.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The passphrase that protects the root key of the internal KMS. A new store is made with it.</summary>
    [Parameter]
    public SecureString? Passphrase { get; set; }

    /// <summary>On Windows: the root key is sealed for this machine instead of this user, for services of several accounts.</summary>
    [Parameter]
    public SwitchParameter MachineScope { get; set; }

    /// <summary>The longest time for which this session holds a plaintext key after its KMS gave it. It only shortens the tenants' own.</summary>
    [Parameter]
    public TimeSpan? KeyLease { get; set; }

    /// <summary>An AWS access key for this session: the access key id as user name, the secret access key as password.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The session token, when the access key is a temporary one.</summary>
    [Parameter]
    public SecureString? SessionToken { get; set; }

    /// <summary>Writes the open store.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Path;

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        ConnectionSettings settings = await OnPipelineAsync(ReadSettings).ConfigureAwait(false);
        StoreUse use = await OpenStores.ConnectAsync(settings, Cancellation).ConfigureAwait(false);
        await using var _ = use.ConfigureAwait(false);
        await OnPipelineAsync(() => RunspaceConnection.Set(settings.Path)).ConfigureAwait(false);
        if (PassThru)
        {
            await EmitAsync(await use.Service.DescribeAsync(Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private ConnectionSettings ReadSettings()
    {
        if (SessionToken is not null && Credential is null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "-SessionToken belongs to -Credential, which was not given.");
        }

        return new ConnectionSettings
        {
            Path = Path is null ? DefaultStore.Folder : SessionPath.Literal(this, Path),
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
