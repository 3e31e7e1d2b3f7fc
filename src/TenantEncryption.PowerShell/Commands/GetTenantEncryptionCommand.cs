using System.Management.Automation;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Shows the store that this session works on.</summary>
/// <remarks>
/// Shows where the store is, the version of its schema, how many tenants, providers, keys and messages it has, how its root key is protected, and
/// the heads of its event log: one of each tenant's chain, and of the store's own. Note them elsewhere: with them, Test-EncryptionEventLog shows later
/// that no event was cut off. RolledBack names the chains of which the store is older than what this machine saw.
/// </remarks>
/// <example>
///   <code>Get-TenantEncryption</code>
///   <para>Shows the store.</para>
/// </example>
/// <example>
///   <code>(Get-TenantEncryption).Heads.ForEach('ToString')</code>
///   <para>The heads of the event log, as Test-EncryptionEventLog -Head takes them.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "TenantEncryption")]
[OutputType(typeof(StoreInfo))]
public sealed class GetTenantEncryptionCommand : TenantCmdlet
{
    /// <inheritdoc/>
    protected override async Task EndAsync() => await EmitAsync(await Service.DescribeAsync(Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
}
