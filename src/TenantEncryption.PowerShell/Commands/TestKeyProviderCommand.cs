using System.Management.Automation;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Tests whether a key provider works, and tells why not.</summary>
/// <remarks>
/// Checks the key's identifier, state, usage and spec, and proves with a real round trip that it seals and opens. Give -KeyProvider, or -TenantId
/// for all providers of a tenant. A check that fails is a result, not an error; an error means that the test could not be made.
/// </remarks>
/// <example>
///   <code>if (Test-KeyProvider acme-cmk -TenantId acme -Quiet) { Start-KeyMigration -TenantId acme -To acme-cmk }</code>
///   <para>Moves only when the test passes. Use -Quiet in a condition: a result object is always true.</para>
/// </example>
/// <example>
///   <code>(Test-KeyProvider acme-cmk -TenantId acme).Checks</code>
///   <para>Shows every check with what was seen and what to do about it.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "KeyProvider")]
[OutputType(typeof(KeyProviderTestResult), typeof(bool))]
public sealed class TestKeyProviderCommand : TenantCmdlet
{
    private bool _allSucceeded = true;

    /// <summary>
    /// The key provider: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN. A name that several tenants use needs -TenantId.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(KeyProviderCompleter))]
    public KeyProviderReference? KeyProvider { get; set; }

    /// <summary>The tenant whose provider is meant; without -KeyProvider, all of its providers.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <summary>Gives one Boolean: whether every test succeeded.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override object? Target => (object?)KeyProvider ?? TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        foreach (KeyProvider provider in await ProviderSelection.SelectAsync(Service, KeyProvider, TenantId, Cancellation).ConfigureAwait(false))
        {
            KeyProviderTestResult result = await Service.Providers.TestAsync(provider.Id, Cancellation).ConfigureAwait(false);
            _allSucceeded &= result.Success;
            if (!Quiet)
            {
                await EmitAsync(result).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        if (Quiet)
        {
            await EmitAsync(_allSucceeded && !HadErrors).ConfigureAwait(false);
        }
    }
}
