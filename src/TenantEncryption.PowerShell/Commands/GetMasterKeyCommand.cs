using System.Management.Automation;
using TenantEncryption.MasterKeys;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Looks at master keys in AWS KMS.</summary>
/// <remarks>
/// Shows a key's state, spec, usage, aliases, rotation, replicas, grants and tags, and the key providers of the store that hang on it. What these
/// credentials may not see is empty, and Notes says why; only kms:DescribeKey is needed. A key's state, aliases, tags and grants are those of its region.
/// </remarks>
/// <example>
///   <code>Get-MasterKey alias/acme -Region eu-west-1</code>
///   <para>Looks at the key that an alias points to.</para>
/// </example>
/// <example>
///   <code>Get-KeyProvider -Type AwsKms | Get-MasterKey | Where-Object State -ne Enabled</code>
///   <para>Finds the registered keys that are not enabled.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "MasterKey")]
[OutputType(typeof(MasterKey))]
public sealed class GetMasterKeyCommand : AwsCmdlet
{
    /// <summary>
    /// The master key: a key ARN, alias ARN, key id or alias name, or an object of Get-MasterKey or Get-KeyProvider. What the AWS parameters leave open is
    /// that of the object, else of the store's key provider on the key.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The master key: a key ARN, alias ARN, key id or alias name, or an object of Get-MasterKey or Get-KeyProvider.")]
    [Alias("KeyId")]
    [ArgumentCompleter(typeof(MasterKeyCompleter))]
    public MasterKeyReference KeyArn { get; set; } = null!;

    /// <inheritdoc/>
    protected override object? Target => KeyArn;

    /// <inheritdoc/>
    protected override async Task ProcessAsync() =>
        await EmitAsync(await Service.MasterKeys.GetAsync(KeyArn.KeyId, KeyArn.Reach(Connection), Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
}
