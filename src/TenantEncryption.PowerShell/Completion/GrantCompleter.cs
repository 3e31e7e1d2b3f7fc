using TenantEncryption.Events;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the ids of grants that this store made and did not revoke, as its event log has them. AWS is not asked.</summary>
public sealed class GrantCompleter : Completer
{
    // The log is long; the grants that somebody types are not old.
    private const int Newest = 5000;

    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) => StoreCompletion.List(ListAsync);

    private static async Task<IReadOnlyList<Candidate>> ListAsync(TenantEncryptionService service)
    {
        var grants = new Dictionary<string, Candidate>(StringComparer.Ordinal);
        await foreach (EncryptionEvent one in service.Events.ListAsync(new EventFilter { Newest = Newest }).ConfigureAwait(false))
        {
            if (one.Data.GetValueOrDefault("grantId") is not string id)
            {
                continue;
            }

            if (one.Type.EndsWith(EventTypes.GrantCreated, StringComparison.Ordinal))
            {
                grants[id] = new Candidate(id, $"{one.Data.GetValueOrDefault("granteePrincipal")} on {one.Data.GetValueOrDefault("keyArn")}");
            }
            else
            {
                grants.Remove(id);
            }
        }

        return [.. grants.Values];
    }
}
