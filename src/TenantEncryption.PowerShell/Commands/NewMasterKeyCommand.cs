using System.Collections;
using System.Management.Automation;
using TenantEncryption.MasterKeys;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Makes a customer master key in AWS KMS that a platform takes.</summary>
/// <remarks>
/// Makes a symmetric key with an alias and yearly rotation, in the tenant's region; where the platform asks for it a multi-Region key with a replica in the
/// backup region of its chart. The key policy has the account's statement, those of -Administrator and -User, and the platform's, filled in with the tenants
/// and -Parameter; when something for the platform's statements is not known yet, a warning says what, and Set-KeyPolicy adds them later. Nothing is made
/// when the alias exists in any of the regions. When a later step fails, the error's target is the key that was made, and its text has the commands that
/// go on or take it back. Alias, description and tags are public: CloudTrail shows them.
/// </remarks>
/// <example>
///   <code>$key = New-MasterKey acme -TenantId acme -Administrator arn:aws:iam::111122223333:role/KeyAdmin</code>
///   <para>Makes the key of a tenant by the rules of the tenant's platform.</para>
/// </example>
/// <example>
///   <code>New-MasterKey qlik-prod -Platform qlik-cloud -TenantId AbCdEf0123456789 -Region eu-west-1 -WhatIf</code>
///   <para>Shows what would be made for a Qlik Cloud tenant that this store does not have.</para>
/// </example>
/// <example>
///   <code>New-MasterKey amazonq -Platform amazon-q-business -Region us-east-1 -Parameter @{ AdminRole = 'arn:aws:iam::111122223333:role/Admin' }</code>
///   <para>Gives the value of a placeholder of the platform's statements; Get-EncryptionPlatform shows them.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "MasterKey", SupportsShouldProcess = true)]
[OutputType(typeof(MasterKey))]
public sealed class NewMasterKeyCommand : AwsCmdlet
{
    private object? _made;

    /// <summary>The alias, with or without its alias/.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "The alias, with or without its alias/.")]
    public string Alias { get; set; } = "";

    /// <summary>The tenants that the key is for. With -Platform they need not be in the store.</summary>
    [Parameter(HelpMessage = "The tenants that the key is for.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[] TenantId { get; set; } = [];

    /// <summary>The platform whose rules the key follows, or the path of a profile of your own (.json): that of the tenants when not given, else standalone.</summary>
    [Parameter(HelpMessage = "The platform whose rules the key follows, or the path of a profile of your own (.json): that of the tenants when not given, else standalone.")]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <summary>A note for people, up to 8,192 characters.</summary>
    [Parameter(HelpMessage = "A note for people, up to 8,192 characters.")]
    public string? Description { get; set; }

    /// <summary>Makes a multi-Region key; -MultiRegion:$false a single-Region one. What the platform asks for when not given.</summary>
    [Parameter(HelpMessage = "Makes a multi-Region key; -MultiRegion:$false a single-Region one.")]
    public SwitchParameter MultiRegion { get; set; }

    /// <summary>The regions of the key's replicas: the backup region that the platform names when not given.</summary>
    [Parameter(HelpMessage = "The regions of the key's replicas: the backup region that the platform names when not given.")]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string[]? ReplicaRegion { get; set; }

    /// <summary>The ARNs of the users and roles that shall administer the key.</summary>
    [Parameter(HelpMessage = "The ARNs of the users and roles that shall administer the key.")]
    public string[] Administrator { get; set; } = [];

    /// <summary>
    /// The ARNs of the users and roles that shall use the key; on a platform of your own, those under which it runs, with the tenants' encryption context.
    /// </summary>
    [Parameter(HelpMessage = "The ARNs of the users and roles that shall use the key; on a platform of your own, those under which it runs, with the tenants' encryption context.")]
    public string[] User { get; set; } = [];

    /// <summary>
    /// Has the key policy refuse the key's deletion before the key was unused for so many days, by what AWS KMS itself has on record. A key that was never used counts from its making, so
    /// a new one can't be taken back within these days. Disable-MasterKey works all the same.
    /// </summary>
    [Parameter(HelpMessage = "Has the key policy refuse the key's deletion before the key was unused for so many days, by what AWS KMS itself has on record.")]
    public int DeletionGuardDays { get; set; }

    /// <summary>The tags.</summary>
    [Parameter(HelpMessage = "The tags.")]
    public Hashtable? Tag { get; set; }

    /// <summary>
    /// The JSON that the platform itself shows, such as Tableau's Key Policy dialog, or the path of a file with it: values of placeholders are read from it.
    /// </summary>
    [Parameter(HelpMessage = "The JSON that the platform itself shows, such as Tableau's Key Policy dialog, or the path of a file with it: values of placeholders are read from it.")]
    public string? From { get; set; }

    /// <summary>Values of placeholders of the platform's statements, each one text or a list.</summary>
    [Parameter(HelpMessage = "Values of placeholders of the platform's statements, each one text or a list.")]
    public Hashtable? Parameter { get; set; }

    /// <inheritdoc/>
    protected override object? Target => _made ?? Alias;

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        var request = new NewMasterKey
        {
            TenantIds = TenantId,
            Platform = Platform is null ? null : await KnownPlatforms.ReadAsync(this, Platform, Cancellation).ConfigureAwait(false),
            Alias = Alias,
            Description = Description,
            MultiRegion = MyInvocation.BoundParameters.ContainsKey(nameof(MultiRegion)) ? MultiRegion.IsPresent : null,
            ReplicaRegions = ReplicaRegion,
            Administrators = Administrator,
            Users = User,
            DeletionGuardDays = MyInvocation.BoundParameters.ContainsKey(nameof(DeletionGuardDays)) ? DeletionGuardDays : null,
            Tags = TagTable.Read(Tag),
            From = await OnPipelineAsync(() => PolicyInput.ReadJsonOrFile(this, From)).ConfigureAwait(false),
            Parameters = PolicyInput.ReadParameters(Parameter),
            Connection = Connection,
        };
        MasterKeyPlan plan = await Service.MasterKeys.PlanAsync(request, Cancellation).ConfigureAwait(false);
        if (await ConfirmTextAsync($"{plan}", $"{plan}\nGo on?", "New-MasterKey").ConfigureAwait(false))
        {
            await EmitAsync(await CreateAsync(plan).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }

        foreach (string warning in plan.Warnings)
        {
            Warn(warning);
        }
    }

    private async Task<MasterKey> CreateAsync(MasterKeyPlan plan)
    {
        try
        {
            return await Service.MasterKeys.CreateAsync(plan, Cancellation).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception)
        {
            _made = exception.Unfinished;
            throw;
        }
    }
}
