using System.Management.Automation;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Shows what happened to a key provider: event, state after it, when, and by whom.</summary>
/// <remarks>The history is the event log seen per provider. Give -KeyProvider, or -TenantId for all providers of a tenant.</remarks>
/// <example>
///   <code>Get-KeyHistory acme-cmk -TenantId acme</code>
///   <para>Shows the history of a provider, oldest first.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "KeyHistory")]
[OutputType(typeof(KeyHistoryEntry))]
public sealed class GetKeyHistoryCommand : TenantCmdlet
{
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);

    /// <summary>
    /// The key provider: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN. A name that several tenants use needs -TenantId.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "The key provider: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN.")]
    [ArgumentCompleter(typeof(KeyProviderCompleter))]
    public KeyProviderReference? KeyProvider { get; set; }

    /// <summary>The tenant whose provider is meant; without -KeyProvider, all of its providers.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The tenant whose provider is meant; without -KeyProvider, all of its providers.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <inheritdoc/>
    protected override object? Target => (object?)KeyProvider ?? TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        IReadOnlyDictionary<string, long> archived = await Service.Events.ListArchivedAsync(Cancellation).ConfigureAwait(false);
        foreach (KeyProvider provider in await ProviderSelection.SelectAsync(Service, KeyProvider, TenantId, Cancellation).ConfigureAwait(false))
        {
            if (archived.TryGetValue(provider.TenantId, out long upTo) && _warned.Add(provider.TenantId))
            {
                Warn($"Events 1 to {upTo} of tenant '{provider.TenantId}' are in archives, and not part of the history.");
            }

            foreach (KeyHistoryEntry entry in await Service.Providers.GetHistoryAsync(provider.Id, Cancellation).ConfigureAwait(false))
            {
                await EmitAsync(entry).ConfigureAwait(false);
            }
        }
    }
}
