using System.Management.Automation;
using TenantEncryption.Grants;
using TenantEncryption.Kms;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Takes grants on a master key away.</summary>
/// <remarks>
/// Revokes a grant, as who may administer the key; with -Retire gives it back, as its retiring principal. KMS refuses what it permitted within seconds, at times
/// minutes. A multi-Region key has a grant in each region: pipe what Get-KeyGrant lists.
/// </remarks>
/// <example>
///   <code>Get-KeyGrant acme-cmk | Where-Object Name -eq 'TenantEncryption:acme' | Remove-KeyGrant</code>
///   <para>Revokes grants, after asking.</para>
/// </example>
/// <example>
///   <code>Remove-KeyGrant -KeyArn $arn -GrantId $id -Retire -ProfileName platform</code>
///   <para>Gives a grant back with the credentials of its retiring principal.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "KeyGrant", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = ProviderSet)]
public sealed class RemoveKeyGrantCommand : KeyGrantCmdlet
{
    private const string GrantSet = "Grant";

    /// <summary>The grant: an object of Get-KeyGrant or New-KeyGrant.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = GrantSet, HelpMessage = "The grant: an object of Get-KeyGrant or New-KeyGrant.")]
    public KeyGrantReference? InputObject { get; set; }

    /// <summary>The grant's id.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ProviderSet, HelpMessage = "The grant's id.")]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = KeySet, HelpMessage = "The grant's id.")]
    [ArgumentCompleter(typeof(GrantCompleter))]
    public string GrantId { get; set; } = "";

    /// <summary>The tenant whose provider is meant.</summary>
    [Parameter(ParameterSetName = ProviderSet, ValueFromPipelineByPropertyName = true, HelpMessage = "The tenant whose provider is meant.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <summary>Gives the grant back, as its retiring principal.</summary>
    [Parameter(HelpMessage = "Gives the grant back, as its retiring principal.")]
    public SwitchParameter Retire { get; set; }

    /// <inheritdoc/>
    protected override object? Target => (object?)InputObject ?? base.Target;

    /// <inheritdoc/>
    protected override Task<KeyProvider> FindProviderAsync(string reference) => Service.Providers.ResolveAsync(reference, TenantId, Cancellation);

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        KeyGrant grant = await FindAsync().ConfigureAwait(false);
        if (!await ConfirmAsync($"{grant} on {grant.KeyArn}", Retire ? "Retire the grant" : "Revoke the grant").ConfigureAwait(false))
        {
            return;
        }

        await (Retire ? Service.Grants.RetireAsync(grant, Cancellation) : Service.Grants.RevokeAsync(grant, Cancellation)).ConfigureAwait(false);
    }

    private async Task<KeyGrant> FindAsync()
    {
        if (InputObject is { } given)
        {
            return given.Grant with { Connection = Connection.Or(given.Grant.Connection) };
        }

        (string keyId, KmsConnection connection, _) = await ResolveAsync().ConfigureAwait(false);
        return await Service.Grants.FindAsync(keyId, GrantId, connection, Cancellation).ConfigureAwait(false);
    }
}
