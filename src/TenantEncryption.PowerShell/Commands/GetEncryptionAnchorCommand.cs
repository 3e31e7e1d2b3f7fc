using System.Management.Automation;
using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Tenants;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Lists the anchors of the event log, or gives the proof that one covers a tenant's events.</summary>
/// <remarks>
/// Without -TenantId: the anchors that the store tells, oldest first. Whether they are those that were made, only what was kept outside the store shows: see
/// Test-EncryptionEventLog. With -TenantId: for each tenant the proof that an anchor covers the head of its chain. A proof is verified without the store
/// (Test-EncryptionAnchor) and shows nothing of other tenants but how many chains there are. Give it to the tenant as JSON.
/// </remarks>
/// <example>
///   <code>Get-EncryptionAnchor</code>
///   <para>Lists the anchors.</para>
/// </example>
/// <example>
///   <code>Get-EncryptionAnchor -TenantId acme | ConvertTo-Json -Depth 4 | Set-Content proof.json</code>
///   <para>Writes the proof of a tenant's head at the last anchor into a file.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "EncryptionAnchor")]
[OutputType(typeof(Anchor), typeof(AnchorProof))]
public sealed class GetEncryptionAnchorCommand : TenantCmdlet
{
    /// <summary>The tenants whose proofs are wanted: ids, or wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The tenants whose proofs are wanted: ids, or wildcards.")]
    [SupportsWildcards]
    [Names]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[]? TenantId { get; set; }

    /// <summary>Only the anchors of these numbers; the last one's proofs when not given.</summary>
    [Parameter(HelpMessage = "Only the anchors of these numbers; the last one's proofs when not given.")]
    public long[]? Number { get; set; }

    /// <inheritdoc/>
    protected override object? Target => TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        if (TenantId is null)
        {
            await ListAsync().ConfigureAwait(false);
            return;
        }

        foreach (EncryptionTenant tenant in await TenantSelection.SelectAsync(Service, TenantId, Report, Cancellation).ConfigureAwait(false))
        {
            foreach (long? number in Number?.Cast<long?>() ?? [null])
            {
                try
                {
                    await EmitAsync(await Service.Anchors.ProveAsync(tenant.TenantId, number, Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
                }
                catch (TenantEncryptionException exception)
                {
                    Report(exception, tenant.TenantId);
                }
            }
        }
    }

    private async Task ListAsync()
    {
        var left = new SortedSet<long>(Number ?? []);
        await foreach (Anchor anchor in Service.Anchors.ListAsync(Cancellation).ConfigureAwait(false))
        {
            if (Number is null || left.Remove(anchor.Number))
            {
                await EmitAsync(anchor).ConfigureAwait(false);
            }
        }

        foreach (long missing in left)
        {
            Report(new TenantEncryptionException(ErrorCodes.AnchorNotFound, $"There is no anchor {missing}."), missing);
        }
    }
}
