using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Stores;

namespace TenantEncryption.Changes;

/// <summary>
/// Accepts that the store is older than what this machine saw of it, as after a backup was restored on purpose: for each chain that lacks the head, an event
/// says so and becomes the new head. Rows that differ from what the chain's last event tells of are not accepted by it.
/// </summary>
internal sealed class RollbackAcceptance(UnitOfWork work, EventLog log, EventChains chains)
{
    /// <summary>Accepts it, chain by chain.</summary>
    /// <returns>The chains that lacked their heads, as they were.</returns>
    public async Task<IReadOnlyList<EventLogHeadState>> AcceptAsync(CancellationToken cancellationToken)
    {
        EventLogHeadState[] rolledBack = [.. (await log.ListHeadsAsync(cancellationToken).ConfigureAwait(false)).Where(state => state.RolledBack)];
        Operation operation = work.Begin("TenantEncryptionService.AcceptRollbackAsync");
        await using var _ = operation.ConfigureAwait(false);
        foreach (EventLogHeadState state in rolledBack)
        {
            await AcceptAsync(operation, state, cancellationToken).ConfigureAwait(false);
        }

        return rolledBack;
    }

    private async Task AcceptAsync(Operation operation, EventLogHeadState state, CancellationToken cancellationToken)
    {
        string chain = state.Head.Chain;
        bool isGone = state.Head.Sequence == 0;
        var data = new JObject { ["endsAt"] = state.Head.Sequence, ["sawAt"] = state.Kept };
        if (isGone)
        {
            data["lostTenant"] = state.TenantId;
        }

        chains.Accept(chain);
        try
        {
            await work.ChangeAsync(
                operation,
                StoreScope.Of(isGone ? null : state.TenantId),
                async change =>
                {
                    if (state.TenantId is { } tenantId && !isGone)
                    {
                        await work.StateAsync(change.Store, tenantId).ConfigureAwait(false);
                    }

                    change.Record(EventTypes.RollbackAccepted, isGone ? null : state.TenantId, data);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.StateAltered)
        {
            chains.Reject(chain);
            work.Warn($"{exception.Code}: {exception.Message}");
            return;
        }
        catch
        {
            chains.Reject(chain);
            throw;
        }

        if (isGone)
        {
            chains.Reject(chain);
            chains.Forget(chain);
        }
    }
}
