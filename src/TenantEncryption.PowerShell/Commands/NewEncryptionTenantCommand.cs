using System.Collections;
using System.Management.Automation;
using TenantEncryption.Platforms;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Creates tenants.</summary>
/// <remarks>
/// A new tenant's data is encrypted under the built-in internal KMS until a customer master key takes over: register one with New-KeyProvider
/// and move to it with Start-KeyMigration; or give one from the start with -KeyArn, and the tenant's provider 'CMK' is Active at once. Platform and
/// key hierarchy are fixed at creation. -Region is the tenant's, and that of the key's calls.
/// </remarks>
/// <example>
///   <code>New-EncryptionTenant acme -Name 'Acme Corp'</code>
///   <para>Creates a tenant.</para>
/// </example>
/// <example>
///   <code>Import-Csv tenants.csv | New-EncryptionTenant</code>
///   <para>
///   Creates a tenant for each line; the columns are TenantId, Name, Platform, Region, Edition, Organization, Parent, KeyHierarchy, KeyLease, KeyArn,
///   ContextValue, and those that say how the key is reached: ProfileName, EndpointUrl, RoleArn, ExternalId. A warning names any other.
///   </para>
/// </example>
[Cmdlet(VerbsCommon.New, "EncryptionTenant", SupportsShouldProcess = true)]
[OutputType(typeof(EncryptionTenant))]
public sealed class NewEncryptionTenantCommand : AwsColumnsCmdlet
{
    private const string KeyName = "CMK";

    private string? _current;

    /// <summary>The ids: case-sensitive, 1 to 256 characters, no control characters, no * or ?.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The ids: case-sensitive, 1 to 256 characters, no control characters, no * or ?.")]
    [AllowEmptyString]
    public string[] TenantId { get; set; } = [];

    /// <summary>A label for people.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "A label for people.")]
    public string? Name { get; set; }

    /// <summary>
    /// The platform whose rules the tenant follows; Get-EncryptionPlatform lists them. A name that ends in .json is the file of a platform of your
    /// own, which is copied into the store. standalone when not given.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The platform whose rules the tenant follows; Get-EncryptionPlatform lists them.")]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <summary>The AWS region in which the tenant lives.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The AWS region in which the tenant lives.")]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string? Region { get; set; }

    /// <summary>The edition that the tenant's owner bought, where the platform's rules depend on it, such as Starter.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The edition that the tenant's owner bought, where the platform's rules depend on it, such as Starter.")]
    [ArgumentCompleter(typeof(EditionCompleter))]
    public string? Edition { get; set; }

    /// <summary>The end-user organisation that the tenant belongs to, where you run tenants for several.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The end-user organisation that the tenant belongs to, where you run tenants for several.")]
    [ArgumentCompleter(typeof(OrganizationCompleter))]
    public string? Organization { get; set; }

    /// <summary>A tenant of the same platform whose key provider this one inherits; it gets keys of its own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "A tenant of the same platform whose key provider this one inherits; it gets keys of its own.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? Parent { get; set; }

    /// <summary>
    /// Hierarchical: a key-encryption key from KMS serves many messages. Direct: KMS makes the data key of each message, and any AWS Encryption SDK
    /// reads it with the customer master key alone.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Hierarchical: a key-encryption key from KMS serves many messages.")]
    public KeyHierarchy KeyHierarchy { get; set; }

    /// <summary>The longest time for which a process holds a plaintext key-encryption key, such as 00:00:30: a second to an hour, or zero; five minutes when not given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The longest time for which a process holds a plaintext key-encryption key, such as 00:00:30: a second to an hour, or zero; five minutes when not given.")]
    public TimeSpan? KeyLease { get; set; }

    /// <summary>
    /// A customer master key from the start, in any form that the platform takes. It is tested first, and nothing is made when the test fails. The AWS
    /// parameters say how it is reached.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "A customer master key from the start, in any form that the platform takes.")]
    [ArgumentCompleter(typeof(MasterKeyCompleter))]
    public string? KeyArn { get; set; }

    /// <summary>The value of the tenant's pair in KMS encryption contexts, where it is not the tenant id.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The value of the tenant's pair in KMS encryption contexts, where it is not the tenant id.")]
    public string? ContextValue { get; set; }

    /// <summary>Values of the platform's placeholders that only its vendor knows; Get-EncryptionPlatform lists them.</summary>
    [Parameter(HelpMessage = "Values of the platform's placeholders that only its vendor knows; Get-EncryptionPlatform lists them.")]
    public Hashtable? Parameter { get; set; }

    /// <summary>The key policy that the platform itself shows, as JSON or the path of a file with it: what -ContextValue and -Parameter don't give is taken from it.</summary>
    [Parameter(HelpMessage = "The key policy that the platform itself shows, as JSON or the path of a file with it: what -ContextValue and -Parameter don't give is taken from it.")]
    public string? From { get; set; }

    /// <summary>
    /// Who gets the grant by which the platform uses the key of -KeyArn, on a platform that uses one, as Amazon Q Business does: the ARN of a user, role or
    /// session. The caller when not given; for a child of -Parent, who its parent's is for.
    /// </summary>
    [Parameter(HelpMessage = "Who gets the grant by which the platform uses the key of -KeyArn, on a platform that uses one, as Amazon Q Business does: the ARN of a user, role or session.")]
    public string? GranteePrincipal { get; set; }

    /// <inheritdoc/>
    protected override object? Target => _current;

    /// <inheritdoc/>
    protected override bool UnknownTenantEnds => false;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        WarnOfColumns();
        foreach (string tenantId in TenantId)
        {
            _current = tenantId;
            if (await ConfirmAsync(tenantId, "Create the tenant").ConfigureAwait(false))
            {
                await CreateAsync(tenantId).ConfigureAwait(false);
            }
        }
    }

    private async Task CreateAsync(string tenantId)
    {
        var tenant = new NewTenant
        {
            TenantId = tenantId,
            DisplayName = NullIfEmpty(Name),
            Region = NullIfEmpty(Region),
            Edition = NullIfEmpty(Edition),
            Organization = NullIfEmpty(Organization),
            Parent = NullIfEmpty(Parent),
            KeyHierarchy = KeyHierarchy,
            KeyLease = KeyLease,
            Key = string.IsNullOrEmpty(KeyArn) ? null : await KeyAsync(tenantId).ConfigureAwait(false),
        };
        try
        {
            tenant = await WithPlatformAsync(tenant).ConfigureAwait(false);
            await EmitAsync(await Service.Tenants.CreateAsync(tenant, Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception)
        {
            Report(exception, tenantId);
        }
    }

    private async Task<NewKeyProvider> KeyAsync(string tenantId) => new()
    {
        TenantId = tenantId,
        Name = KeyName,
        KeyIdentifier = KeyArn!,
        ContextValue = NullIfEmpty(ContextValue),
        Parameters = PolicyInput.ReadParameters(Parameter),
        From = await OnPipelineAsync(() => PolicyInput.ReadJsonOrFile(this, From)).ConfigureAwait(false),
        GranteePrincipal = NullIfEmpty(GranteePrincipal),
        Connection = ConnectionTo(NullIfEmpty(Region)),
    };

    private async Task<NewTenant> WithPlatformAsync(NewTenant tenant)
    {
        if (string.IsNullOrEmpty(Platform))
        {
            return tenant;
        }

        if (!Platform.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            return tenant with { Platform = Platform };
        }

        string path = await OnPipelineAsync(() => SessionPath.Literal(this, Platform)).ConfigureAwait(false);
        return tenant with { PlatformFile = PlatformFile.Read(path) };
    }
}
