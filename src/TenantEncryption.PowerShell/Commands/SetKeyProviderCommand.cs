using System.Management.Automation;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Changes a key provider: its name, its description, and how its key is reached.</summary>
/// <remarks>
/// What is not given stays; an empty text takes a value away. The new connection of an Active or Archived provider is tested first, as Test-KeyProvider does,
/// and nothing is changed when the test fails: the error has the test's code. Every process uses the new connection within a second. The key itself is fixed:
/// another key is another provider, which New-KeyProvider registers, and Start-KeyMigration moves the tenant's keys to it. A provider that a child inherited
/// has a connection of its own there. What is so already is not changed again, so that the command can be repeated. -WhatIf tells what would change, from
/// what to what, and the number of KMS calls.
/// </remarks>
/// <example>
///   <code>Set-KeyProvider acme-cmk -TenantId acme -Name acme-2026 -Description 'The key of 2026'</code>
///   <para>Gives a provider another name and a description.</para>
/// </example>
/// <example>
///   <code>Get-KeyProvider -KeyArn $arn | Set-KeyProvider -ProfileName acme -PassThru</code>
///   <para>Has the key of each tenant that hangs on it called by another AWS profile, once a test by that profile passes.</para>
/// </example>
/// <example>
///   <code>Set-KeyProvider acme-cmk -TenantId acme -EndpointUrl '' -WhatIf</code>
///   <para>Tells what would change if AWS's own endpoint were called.</para>
/// </example>
[Cmdlet(VerbsCommon.Set, "KeyProvider", SupportsShouldProcess = true)]
[OutputType(typeof(KeyProvider))]
public sealed class SetKeyProviderCommand : KeyProviderCmdlet
{
    /// <summary>The name: unique for the tenant, ignoring the case of ASCII letters; not like an id or an ARN.</summary>
    [Parameter(HelpMessage = "The name: unique for the tenant, ignoring the case of ASCII letters; not like an id or an ARN.")]
    [AllowEmptyString]
    public string? Name { get; set; }

    /// <summary>A note for people; an empty text takes it away.</summary>
    [Parameter(HelpMessage = "A note for people; an empty text takes it away.")]
    [AllowEmptyString]
    public string? Description { get; set; }

    /// <summary>The AWS region to call, where it was registered wrong: that of the key's ARN, and no other.</summary>
    [Parameter(HelpMessage = "The AWS region to call, where it was registered wrong: that of the key's ARN, and no other.")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string? Region { get; set; }

    /// <summary>The AWS profile of the shared configuration and credentials files, SSO profiles too; with an empty text the SDK's default chain.</summary>
    [Parameter(HelpMessage = "The AWS profile of the shared configuration and credentials files, SSO profiles too; with an empty text the SDK's default chain.")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public string? ProfileName { get; set; }

    /// <summary>Another KMS endpoint, such as a VPC endpoint or a local KMS; with an empty text AWS's own. Plain http is accepted for this machine only.</summary>
    [Parameter(HelpMessage = "Another KMS endpoint, such as a VPC endpoint or a local KMS; with an empty text AWS's own.")]
    [AllowEmptyString]
    public string? EndpointUrl { get; set; }

    /// <summary>A role to assume for the calls; an empty text takes it away.</summary>
    [Parameter(HelpMessage = "A role to assume for the calls; an empty text takes it away.")]
    [AllowEmptyString]
    public string? RoleArn { get; set; }

    /// <summary>The external id that the role's trust policy asks for; an empty text takes it away.</summary>
    [Parameter(HelpMessage = "The external id that the role's trust policy asks for; an empty text takes it away.")]
    [AllowEmptyString]
    public string? ExternalId { get; set; }

    /// <summary>Whether AWS's FIPS endpoints are called, $true or $false. The platform says so when the provider is registered.</summary>
    [Parameter(HelpMessage = "Whether AWS's FIPS endpoints are called, $true or $false.")]
    public bool? FipsEndpoint { get; set; }

    /// <summary>Writes the provider as it is now.</summary>
    [Parameter(HelpMessage = "Writes the provider as it is now.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        KeyProvider provider = await ResolveAsync().ConfigureAwait(false);
        var update = new KeyProviderUpdate
        {
            Name = Name,
            Description = Description,
            Region = Region,
            ProfileName = ProfileName,
            EndpointUrl = EndpointUrl,
            RoleArn = RoleArn,
            ExternalId = ExternalId,
            FipsEndpoints = FipsEndpoint,
        };
        KeyProviderUpdatePlan plan = await Service.Providers.PlanUpdateAsync(provider.Id, update, Cancellation).ConfigureAwait(false);
        if (plan.Changes.Count > 0)
        {
            string calls = plan.KmsCalls > 0 ? $", with {Counted.Of(plan.KmsCalls, "KMS call")}" : "";
            if (!await ConfirmAsync($"{provider.Name} of tenant {provider.TenantId}", $"Change the key provider: {string.Join("; ", plan.Changes)}{calls}").ConfigureAwait(false))
            {
                return;
            }

            provider = await Service.Providers.UpdateAsync(provider.Id, update, Cancellation).ConfigureAwait(false);
        }

        if (PassThru)
        {
            await EmitAsync(provider).ConfigureAwait(false);
        }
    }
}
