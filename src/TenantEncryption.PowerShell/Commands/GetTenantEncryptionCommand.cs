using System.Management.Automation;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Shows the store that this session works on.</summary>
/// <remarks>
/// Shows where the store is, the version of its schema, how many tenants, providers, keys and messages it has, how its root key is protected, and
/// the head of its event log. Note the head elsewhere: with it, Test-EncryptionEventLog shows later that no record was cut off.
/// </remarks>
/// <example>
///   <code>Get-TenantEncryption</code>
///   <para>Shows the store.</para>
/// </example>
/// <example>
///   <code>(Get-TenantEncryption).LogHead.ToString()</code>
///   <para>The head of the event log, as Test-EncryptionEventLog -Head takes it.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "TenantEncryption")]
[OutputType(typeof(StoreInfo))]
public sealed class GetTenantEncryptionCommand : TenantCmdlet
{
    /// <inheritdoc/>
    protected override async Task EndAsync() => await EmitAsync(await Service.DescribeAsync(Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
}
