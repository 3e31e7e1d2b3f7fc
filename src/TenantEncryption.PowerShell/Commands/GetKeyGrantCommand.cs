using System.Management.Automation;
using TenantEncryption.Errors;
using TenantEncryption.Grants;
using TenantEncryption.Kms;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Lists the grants on a master key, in all of its regions.</summary>
/// <remarks>Every grant is shown, whoever made it. Grant tokens are not: KMS tells them once, when a grant is made.</remarks>
/// <example>
///   <code>Get-KeyGrant acme-cmk</code>
///   <para>Lists the grants on a provider's key.</para>
/// </example>
/// <example>
///   <code>Get-KeyGrant -KeyArn $arn -GranteePrincipal $role | Remove-KeyGrant</code>
///   <para>Takes all grants of a principal away.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "KeyGrant", DefaultParameterSetName = ProviderSet)]
[OutputType(typeof(KeyGrant))]
public sealed class GetKeyGrantCommand : KeyGrantCmdlet
{
    /// <summary>The tenant whose provider is meant.</summary>
    [Parameter(ParameterSetName = ProviderSet, ValueFromPipelineByPropertyName = true, HelpMessage = "The tenant whose provider is meant.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <summary>Only the grant with this id.</summary>
    [Parameter(HelpMessage = "Only the grant with this id.")]
    [ArgumentCompleter(typeof(GrantCompleter))]
    public string? GrantId { get; set; }

    /// <summary>Only grants to this principal or AWS service.</summary>
    [Parameter(HelpMessage = "Only grants to this principal or AWS service.")]
    public string? GranteePrincipal { get; set; }

    /// <inheritdoc/>
    protected override Task<KeyProvider> FindProviderAsync(string reference) => Service.Providers.ResolveAsync(reference, TenantId, Cancellation);

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        (string keyId, KmsConnection connection, _) = await ResolveAsync().ConfigureAwait(false);
        var filter = new KeyGrantFilter { GrantId = GrantId, GranteePrincipal = GranteePrincipal };
        IReadOnlyList<KeyGrant> found = await Service.Grants.ListAsync(keyId, connection, filter, Cancellation).ConfigureAwait(false);
        foreach (KeyGrant grant in found)
        {
            await EmitAsync(grant).ConfigureAwait(false);
        }

        if (GrantId is not null && found.Count == 0)
        {
            Report(new TenantEncryptionException(ErrorCodes.GrantNotFound, $"The key {keyId} has no grant '{GrantId}' that is asked for."), GrantId);
        }
    }
}
