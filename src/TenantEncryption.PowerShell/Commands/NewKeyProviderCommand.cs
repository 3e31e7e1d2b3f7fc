using System.Collections;
using System.Management.Automation;
using TenantEncryption.Kms;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Registers a customer master key for a tenant.</summary>
/// <remarks>
/// The new key provider is Pending: nothing is written or read under it until it is activated (Enable-KeyProvider) or the tenant moves to it
/// (Start-KeyMigration); -Activate and -Migrate do so at once, and ask first where the platform has a change of provider confirmed. Both test the key first; when the test fails, the provider stays Pending and the
/// error tells why. An alias is resolved to its key now; every later call uses that key. What New-MasterKey or Get-MasterKey gives can be piped: it says how
/// its key is reached; so can the lines of a CSV file, whose columns are TenantId, Name, KeyArn, Description, ContextValue, Region, ProfileName,
/// EndpointUrl, RoleArn and ExternalId. On a platform that uses a key by a grant, the grant is made, one in each region of the key, and nothing is registered
/// when that fails; the key opens nothing any more when the grant is revoked. -WhatIf tells the number of KMS calls; an alias, and the replicas of a multi-Region key, are looked up for it.
/// </remarks>
/// <example>
///   <code>New-KeyProvider -TenantId acme -Name acme-cmk -KeyArn $arn</code>
///   <para>Registers a key; Test-KeyProvider tells whether it works.</para>
/// </example>
/// <example>
///   <code>Get-MasterKey $arn | New-KeyProvider -TenantId acme -Name acme-cmk</code>
///   <para>Registers a key that is at hand, with the way in which it is reached.</para>
/// </example>
/// <example>
///   <code>New-KeyProvider -TenantId acme -Name acme-cmk -KeyArn $arn -ProfileName acme -Migrate</code>
///   <para>Registers a key that is reached with an AWS profile, and moves the tenant's keys to it.</para>
/// </example>
/// <example>
///   <code>New-KeyProvider -TenantId tableau-site -Name site-cmk -KeyArn $arn -From ./tableau.json</code>
///   <para>Registers a key of a tenant on tableau-cloud with the values that Tableau's Key Policy dialog shows.</para>
/// </example>
/// <example>
///   <code>New-KeyProvider -TenantId acme -Name acme-both -KeyArn $arn -SecondLayer -Migrate</code>
///   <para>Moves the tenant's keys under two layers: the customer's key and the internal KMS.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "KeyProvider", SupportsShouldProcess = true, DefaultParameterSetName = RegisterSet)]
[OutputType(typeof(KeyProvider))]
public sealed class NewKeyProviderCommand : AwsColumnsCmdlet
{
    private const string RegisterSet = "Register";
    private const string ActivateSet = "Activate";
    private const string MigrateSet = "Migrate";

    private bool _regionIsArgument;

    /// <summary>The tenant that it is for.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The tenant that it is for.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string TenantId { get; set; } = "";

    /// <summary>A name, unique within the tenant. It can't look like an id or an ARN, and Internal is reserved.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "A name, unique within the tenant.")]
    public string Name { get; set; } = "";

    /// <summary>The master key in any form that the platform takes: key ARN, alias ARN, key id or alias name.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The master key in any form that the platform takes: key ARN, alias ARN, key id or alias name.")]
    [ArgumentCompleter(typeof(MasterKeyCompleter))]
    public string KeyArn { get; set; } = "";

    /// <summary>The AWS region to call; that of the identifier when it has one and this is not an argument, else the tenant's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The AWS region to call; that of the identifier when it has one and this is not an argument, else the tenant's.")]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string? Region { get; set; }

    /// <summary>A note for people.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "A note for people.")]
    public string? Description { get; set; }

    /// <summary>The value of the tenant's pair in KMS encryption contexts, where it is not the tenant id.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The value of the tenant's pair in KMS encryption contexts, where it is not the tenant id.")]
    public string? ContextValue { get; set; }

    /// <summary>
    /// Has keys need the internal KMS beside the customer's key: when either refuses, the data is shut. It is fixed for the provider's life;
    /// a Direct tenant has no such keys.
    /// </summary>
    [Parameter(HelpMessage = "Has keys need the internal KMS beside the customer's key: when either refuses, the data is shut.")]
    public SwitchParameter SecondLayer { get; set; }

    /// <summary>
    /// Values of the platform's placeholders that only its vendor knows, such as @{ AdminRole = '…' }; Get-EncryptionPlatform lists them. Test-KeyProvider
    /// judges the key policy by them.
    /// </summary>
    [Parameter(HelpMessage = "Values of the platform's placeholders that only its vendor knows, such as @{ AdminRole = '…' }; Get-EncryptionPlatform lists them.")]
    public Hashtable? Parameter { get; set; }

    /// <summary>The key policy that the platform itself shows, as JSON or the path of a file with it: what -ContextValue and -Parameter don't give is taken from it.</summary>
    [Parameter(HelpMessage = "The key policy that the platform itself shows, as JSON or the path of a file with it: what -ContextValue and -Parameter don't give is taken from it.")]
    public string? From { get; set; }

    /// <summary>
    /// Who gets the grant by which the platform uses the key, on a platform that uses one, as Amazon Q Business does: the ARN of a user, role or session. The
    /// caller when not given.
    /// </summary>
    [Parameter(HelpMessage = "Who gets the grant by which the platform uses the key, on a platform that uses one, as Amazon Q Business does: the ARN of a user, role or session.")]
    public string? GranteePrincipal { get; set; }

    /// <summary>Makes it the tenant's Active provider. The one before becomes Archived and keeps the keys that it has.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ActivateSet, HelpMessage = "Makes it the tenant's Active provider.")]
    public SwitchParameter Activate { get; set; }

    /// <summary>Moves the tenant's keys to it, which makes it Active.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MigrateSet, HelpMessage = "Moves the tenant's keys to it, which makes it Active.")]
    public SwitchParameter Migrate { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Name;

    /// <inheritdoc/>
    protected override async Task BeginAsync()
    {
        await base.BeginAsync().ConfigureAwait(false);
        _regionIsArgument = MyInvocation.BoundParameters.ContainsKey(nameof(Region));
    }

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        WarnOfColumns();
        KeyProviderDraft draft = await Service.Providers.DraftAsync(await ReadAsync().ConfigureAwait(false), Cancellation).ConfigureAwait(false);
        if (await ConfirmAsync(draft).ConfigureAwait(false))
        {
            KeyProvider provider = await Service.Providers.RegisterAsync(draft, Cancellation).ConfigureAwait(false);
            await EmitAsync(await PromoteAsync(provider).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private async Task<NewKeyProvider> ReadAsync() => new()
    {
        TenantId = TenantId,
        Name = Name,
        KeyIdentifier = KeyArn,
        Description = NullIfEmpty(Description),
        ContextValue = NullIfEmpty(ContextValue),
        SecondLayer = SecondLayer,
        Parameters = PolicyInput.ReadParameters(Parameter),
        From = await OnPipelineAsync(() => PolicyInput.ReadJsonOrFile(this, From)).ConfigureAwait(false),
        GranteePrincipal = NullIfEmpty(GranteePrincipal),
        Connection = ConnectionTo(_regionIsArgument || !HasRegion(KeyArn) ? NullIfEmpty(Region) : null),
    };

    // A piped tenant's region, or a row's, is not that of a key whose ARN names another.
    private static bool HasRegion(string keyIdentifier) => KeyIdentifier.TryParse(keyIdentifier, out KeyIdentifier? key, out _) && key.Region is not null;

    private async Task<bool> ConfirmAsync(KeyProviderDraft draft)
    {
        if (Activate)
        {
            int calls = draft.KmsCalls + draft.CallsToRegister + await Service.Providers.MeasureActivationAsync(draft.Provider, Cancellation).ConfigureAwait(false);
            return await ConfirmChangeAsync(draft.Provider, $"Register and activate the key provider, with {Counted.Of(calls, "KMS call")}").ConfigureAwait(false);
        }

        if (Migrate)
        {
            KeyMigrationPlan plan = await Service.Migrations.MeasureAsync(draft, cancellationToken: Cancellation).ConfigureAwait(false);
            plan.ThrowIfRefused();
            long calls = draft.KmsCalls + draft.CallsToRegister + plan.KmsCalls;
            return await ConfirmChangeAsync(
                draft.Provider, $"Register the key provider and move {Counted.Of(plan.Keks, "key")} to it, with {Counted.Of(calls, "KMS call")}").ConfigureAwait(false);
        }

        return await ConfirmAsync($"{Name} of tenant {TenantId}", "Register the key provider").ConfigureAwait(false);
    }

    private async Task<KeyProvider> PromoteAsync(KeyProvider provider)
    {
        try
        {
            if (Activate)
            {
                return await Service.Providers.EnableAsync(provider.Id, Cancellation).ConfigureAwait(false);
            }

            if (Migrate)
            {
                using var progress = new MigrationProgress(this);
                await Service.Migrations.StartAsync(TenantId, provider.Id, options: null, progress, Cancellation).ConfigureAwait(false);
            }
        }
        catch (TenantEncryptionException exception)
        {
            Report(exception, provider);
        }

        return await Service.Providers.ResolveAsync(provider.Id, TenantId, Cancellation).ConfigureAwait(false);
    }
}
