using System.Management.Automation;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Lists the events of the log, oldest first.</summary>
/// <remarks>
/// Each change is one CloudEvents record, written in the transaction of the change. Protecting and reading make one event per command, with counts;
/// KMS calls are in the data with their AWS request ids, which CloudTrail has as well. The events of a tenant that was removed stay.
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

    /// <summary>Only of these tenants: ids, or wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Only of these tenants: ids, or wildcards.")]
    [SupportsWildcards]
    [Names]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[]? TenantId { get; set; }

    /// <summary>Only of these types, or such as fit a wildcard, such as *.keyprovider.*.</summary>
    [Parameter(HelpMessage = "Only of these types, or such as fit a wildcard, such as *.keyprovider.*.")]
    [SupportsWildcards]
    [Names]
    [ArgumentCompleter(typeof(EventTypeCompleter))]
    public string[]? Type { get; set; }

    /// <summary>Only after this time.</summary>
    [Parameter(HelpMessage = "Only after this time.")]
    public DateTimeOffset? After { get; set; }

    /// <summary>Only before this time.</summary>
    [Parameter(HelpMessage = "Only before this time.")]
    public DateTimeOffset? Before { get; set; }

    /// <summary>Only the newest so many.</summary>
    [Parameter(HelpMessage = "Only the newest so many.")]
    [ValidateRange(0, int.MaxValue)]
    public int? Newest { get; set; }

    /// <summary>Goes on with new events as they come, until Ctrl+C.</summary>
    [Parameter(HelpMessage = "Goes on with new events as they come, until Ctrl+C.")]
    public SwitchParameter Wait { get; set; }

    /// <inheritdoc/>
    protected override object? Target => TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        List<string>? tenants = await TenantsAsync().ConfigureAwait(false);
        if (tenants is { Count: 0 })
        {
            return;
        }

        // The store narrows by one tenant, and by the types that it has.
        bool isOne = tenants is [var only] && !WildcardPattern.ContainsWildcardCharacters(only);
        var ofTenants = new NamePatterns(tenants, WildcardOptions.None);
        var ofTypes = new NamePatterns(Type, WildcardOptions.IgnoreCase);
        bool Fits(EncryptionEvent found) => ofTenants.Fit(found.TenantId) && ofTypes.Fit(found.Type);

        await WarnOfArchivesAsync(tenants is null ? null : ofTenants).ConfigureAwait(false);
        var filter = new EventFilter { TenantId = isOne ? WildcardPattern.Unescape(tenants![0]) : null, After = After, Before = Before };
        // What comes while the old ones are listed is followed, and listed once.
        EventFollower? follower = Wait ? await Service.Events.FollowAsync(Cancellation).ConfigureAwait(false) : null;
        IReadOnlyList<string>? types = Type is null ? null : [.. (await Service.Events.ListTypesAsync(Cancellation).ConfigureAwait(false)).Where(ofTypes.Fit)];
        Func<EncryptionEvent, bool>? narrow = follower is not null ? found => follower.HasSeen(found) && Fits(found)
            : tenants is null || isOne ? null
            : Fits;
        await EmitNewestAsync(filter with { Types = types }, narrow).ConfigureAwait(false);
        while (follower is not null)
        {
            await Task.Delay(PollInterval, Cancellation).ConfigureAwait(false);
            await foreach (EncryptionEvent found in follower.NextAsync(Cancellation).ConfigureAwait(false))
            {
                if (Fits(found) && !(found.Time <= After) && !(found.Time >= Before))
                {
                    await EmitAsync(found).ConfigureAwait(false);
                }
            }
        }
    }

    // Newest and After reach as far as they reach.
    private async Task WarnOfArchivesAsync(NamePatterns? tenants)
    {
        if (Newest is not null || After is not null)
        {
            return;
        }

        IReadOnlyDictionary<string, long> archived = await Service.Events.ListArchivedAsync(Cancellation).ConfigureAwait(false);
        KeyValuePair<string, long>[] left = [.. archived.Where(chain => tenants is null || (chain.Key.Length > 0 && tenants.Fit(chain.Key)))];
        if (left is [var one])
        {
            Warn($"Events 1 to {one.Value} of {(one.Key.Length == 0 ? "the store's own chain" : $"tenant '{one.Key}'")} are in archives, and not listed.");
        }
        else if (left.Length > 1)
        {
            Warn($"{Counted.Of(left.Sum(chain => chain.Value), "event")} of {left.Length} chains are in archives, and not listed.");
        }
    }

    // Ids of tenants that there are or were, and wildcards; a tenant that is made later may fit one.
    private async Task<List<string>?> TenantsAsync()
    {
        if (TenantId is null)
        {
            return null;
        }

        var failures = new List<(TenantEncryptionException Failure, string Id)>();
        HashSet<string> found =
            (await TenantSelection.SelectAsync(Service, TenantId, (failure, id) => failures.Add((failure, (string)id!)), Cancellation).ConfigureAwait(false))
                .Select(tenant => tenant.TenantId).ToHashSet(StringComparer.Ordinal);
        foreach ((TenantEncryptionException failure, string id) in failures)
        {
            // The events of a tenant that was removed stay.
            if (failure.Code == ErrorCodes.TenantNotFound && (await Service.Events.GetHeadAsync(id, Cancellation).ConfigureAwait(false)).Sequence > 0)
            {
                found.Add(id);
            }
            else
            {
                Report(failure, id);
            }
        }

        return
        [
            .. TenantId.Where(id => found.Contains(id) || WildcardPattern.ContainsWildcardCharacters(id))
                .Select(id => found.Contains(id) ? WildcardPattern.Escape(id) : id),
        ];
    }

    private async Task EmitNewestAsync(EventFilter filter, Func<EncryptionEvent, bool>? fits)
    {
        var kept = new Queue<EncryptionEvent>();
        bool narrows = fits is not null && Newest is not null;
        await foreach (EncryptionEvent found in Service.Events.ListAsync(narrows ? filter : filter with { Newest = Newest }, Cancellation).ConfigureAwait(false))
        {
            if (fits?.Invoke(found) == false)
            {
                continue;
            }

            if (!narrows)
            {
                await EmitAsync(found).ConfigureAwait(false);
                continue;
            }

            kept.Enqueue(found);
            if (kept.Count > Newest)
            {
                kept.Dequeue();
            }
        }

        foreach (EncryptionEvent found in kept)
        {
            await EmitAsync(found).ConfigureAwait(false);
        }
    }
}
