using System.Management.Automation;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Makes this process forget plaintext key-encryption keys now.</summary>
/// <remarks>The next operation asks the provider again. Other processes keep theirs until their lease ends.</remarks>
/// <example>
///   <code>Clear-KeyLease</code>
///   <para>Forgets the plaintext keys of all tenants.</para>
/// </example>
/// <example>
///   <code>Clear-KeyLease acme</code>
///   <para>Forgets those of one.</para>
/// </example>
[Cmdlet(VerbsCommon.Clear, "KeyLease", SupportsShouldProcess = true)]
public sealed class ClearKeyLeaseCommand : TenantCmdlet
{
    /// <summary>The tenant; all tenants when not given.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The tenant; all tenants when not given.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <inheritdoc/>
    protected override object? Target => TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        if (TenantId is not null)
        {
            await Service.Tenants.GetAsync(TenantId, Cancellation).ConfigureAwait(false);
        }

        if (await ConfirmAsync(TenantId ?? "all tenants", "Forget plaintext keys").ConfigureAwait(false))
        {
            Service.Keys.ClearLeases(TenantId);
        }
    }
}
