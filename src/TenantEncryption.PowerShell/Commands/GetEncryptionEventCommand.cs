using System.Management.Automation;
using TenantEncryption.Events;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Lists the events of the log, oldest first.</summary>
/// <remarks>
/// Each change is one CloudEvents record, written in the transaction of the change. Protecting and reading make one event per command, with counts;
/// KMS calls are in the data with their AWS request ids, which CloudTrail has as well.
/// </remarks>
/// <example>
///   <code>Get-EncryptionEvent -TenantId acme -Newest 20</code>
///   <para>The last twenty events of a tenant.</para>
/// </example>
/// <example>
///   <code>Get-EncryptionEvent -Type *.keyprovider* -After (Get-Date).AddDays(-7) | ConvertTo-Json -Depth 9</code>
///   <para>A week's changes of key providers, as JSON.</para>
/// </example>
/// <example>
///   <code>Get-EncryptionEvent -Newest 1 -Wait</code>
///   <para>Follows the log until Ctrl+C.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "EncryptionEvent")]
[OutputType(typeof(EncryptionEvent))]
public sealed class GetEncryptionEventCommand : TenantCmdlet
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Only of this tenant.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <summary>Only of types that fit this wildcard, such as *.keyprovider.*.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(EventTypeCompleter))]
    public string? Type { get; set; }

    /// <summary>Only after this time.</summary>
    [Parameter]
    public DateTimeOffset? After { get; set; }

    /// <summary>Only before this time.</summary>
    [Parameter]
    public DateTimeOffset? Before { get; set; }

    /// <summary>Only the newest so many.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Newest { get; set; }

    /// <summary>Goes on with new events as they come, until Ctrl+C.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <inheritdoc/>
    protected override object? Target => TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        if (TenantId is not null)
        {
            await Service.Tenants.GetAsync(TenantId, Cancellation).ConfigureAwait(false);
        }

        var filter = new EventFilter { TenantId = TenantId, After = After, Before = Before };
        long last = await EmitNewestAsync(filter).ConfigureAwait(false);
        while (Wait)
        {
            await Task.Delay(PollInterval, Cancellation).ConfigureAwait(false);
            await foreach (EncryptionEvent found in Service.Events.ListAsync(filter with { AfterSequence = last }, Cancellation).ConfigureAwait(false))
            {
                last = found.Sequence;
                await EmitFittingAsync(found).ConfigureAwait(false);
            }
        }
    }

    private async Task<long> EmitNewestAsync(EventFilter filter)
    {
        long last = 0;
        if (Newest is null || Type is null)
        {
            await foreach (EncryptionEvent found in Service.Events.ListAsync(filter with { Newest = Newest }, Cancellation).ConfigureAwait(false))
            {
                last = found.Sequence;
                await EmitFittingAsync(found).ConfigureAwait(false);
            }

            return last;
        }

        // The newest of a type: the store knows types only as text of the record.
        var newest = new Queue<EncryptionEvent>();
        await foreach (EncryptionEvent found in Service.Events.ListAsync(filter, Cancellation).ConfigureAwait(false))
        {
            last = found.Sequence;
            if (Fits(found))
            {
                newest.Enqueue(found);
                if (newest.Count > Newest)
                {
                    newest.Dequeue();
                }
            }
        }

        foreach (EncryptionEvent found in newest)
        {
            await EmitAsync(found).ConfigureAwait(false);
        }

        return last;
    }

    private async ValueTask EmitFittingAsync(EncryptionEvent found)
    {
        if (Fits(found))
        {
            await EmitAsync(found).ConfigureAwait(false);
        }
    }

    private bool Fits(EncryptionEvent found) => Type is null || new WildcardPattern(Type, WildcardOptions.IgnoreCase).IsMatch(found.Type);
}
