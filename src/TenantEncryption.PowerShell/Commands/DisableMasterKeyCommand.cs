using System.Management.Automation;
using TenantEncryption.MasterKeys;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Disables a master key in AWS KMS: what depends on it can't be read or written until it is enabled again.</summary>
/// <remarks>
/// This is the customer's kill switch. KMS refuses the key within seconds, at times minutes; processes that use this store ask it again at once, others when
/// their key lease ends. A multi-Region key stays open in its other regions, which a warning names, unless -AllRegions is given. The question says which
/// key providers hang on the key.
/// </remarks>
/// <example>
///   <code>Disable-MasterKey alias/acme -Region eu-west-1</code>
///   <para>Disables a key, after asking.</para>
/// </example>
/// <example>
///   <code>Get-KeyProvider acme-cmk | Disable-MasterKey -AllRegions -Confirm:$false</code>
///   <para>Shuts the key of a provider in every region, without asking.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Disable, "MasterKey", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(MasterKey))]
public sealed class DisableMasterKeyCommand : MasterKeySwitchCmdlet
{
    /// <inheritdoc/>
    protected override string Action => "Disable the master key";

    /// <inheritdoc/>
    protected override Task<MasterKey> SwitchAsync(MasterKey key) => Service.MasterKeys.DisableAsync(key, AllRegions, Cancellation);
}
