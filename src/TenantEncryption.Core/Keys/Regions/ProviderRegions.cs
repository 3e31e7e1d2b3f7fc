using System.Collections.Concurrent;
using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Telemetry;

namespace TenantEncryption.Keys.Regions;

/// <summary>
/// Which region of a master key is asked. At home as long as KMS answers there; at a replica of a multi-Region key only when home gave
/// <em>no answer</em> (<c>KMS_UNREACHABLE</c>: connection, TLS, DNS, time, a server error, in all tries of the adapter). A refusal is an
/// answer: it is never asked about elsewhere, and stops failing over until a check passes in the region that refused.
/// What one region seals every other one opens, so records and messages don't depend on where they were made.
/// </summary>
internal sealed class ProviderRegions(UnitOfWork work, RefusalLog refusals, RegionCircuits circuits)
{
    // The providers that were last served by a replica, with its region.
    private readonly ConcurrentDictionary<string, string> _away = new(StringComparer.Ordinal);

    /// <summary>The KMS for a provider's calls in an operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="allowance">How many calls there may be, in all regions together; <see langword="null"/> where a message has no say in it.</param>
    public IKmsChannel For(Operation operation, KeyProvider provider, KmsAllowance? allowance = null) =>
        provider.Type == KeyProviderType.Internal ? operation.Kms : new ProviderChannel(this, operation, provider, allowance);

    /// <summary>Makes a call that uses a provider's key, where there is an answer.</summary>
    public async Task<T> SendAsync<T>(
        KmsRequest<T> request, Operation operation, KeyProvider provider, KmsAllowance? allowance, SeenGrants seen, CancellationToken cancellationToken)
        where T : IKmsAnswer
    {
        var attempt = new Attempt<T>(request, operation, provider, allowance, seen);
        allowance?.RequireLeft();
        KeyRegion home = KeyRegion.Home(provider);
        if (provider.ReplicaKeys.Count == 0)
        {
            return await AskAsync(attempt, home, cancellationToken).ConfigureAwait(false);
        }

        TenantEncryptionException? fault = null;
        if (circuits.TryEnter(home.Connection))
        {
            (T? answer, fault) = await TryAsync(() => AskHomeAsync(attempt, home, cancellationToken)).ConfigureAwait(false);
            if (fault is null)
            {
                return answer!;
            }
        }

        KeyProvider now = await ReadAsync(provider, cancellationToken).ConfigureAwait(false);
        TenantEncryptionException? silence = null;
        var silent = new List<string>();
        foreach (KeyRegion replica in now.RefusedRegions.Count == 0 ? SeenGrants.Granted(now, KeyRegion.Replicas(now)) : [])
        {
            // A message that may cause no more calls is not open because of the silence so far, and that is what is said.
            if (allowance is { IsSpent: true })
            {
                break;
            }

            (T? answer, silence) = await TryAsync(() => AskAsync(attempt, replica, cancellationToken)).ConfigureAwait(false);
            if (silence is null)
            {
                await TellAwayAsync(operation, now, home, replica).ConfigureAwait(false);
                return answer!;
            }

            silent.Add(replica.Region);
        }

        if (fault is null && allowance is not { IsSpent: true })
        {
            // Home was left alone as a replica would do; now it is all there is.
            (T? answer, fault) = await TryAsync(() => AskHomeAsync(attempt, home, cancellationToken)).ConfigureAwait(false);
            if (fault is null)
            {
                return answer!;
            }
        }

        throw Stuck(fault ?? silence!, now, silent);
    }

    private static async Task<(T? Answer, TenantEncryptionException? Silence)> TryAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return (await ask().ConfigureAwait(false), null);
        }
        catch (TenantEncryptionException exception) when (IsNoAnswer(exception))
        {
            return (default, exception);
        }
    }

    private static bool IsNoAnswer(TenantEncryptionException exception) => exception.Code == ErrorCodes.KmsUnreachable;

    private static TenantEncryptionException Stuck(TenantEncryptionException fault, KeyProvider provider, List<string> silent)
    {
        string why = provider.RefusedRegions.Count > 0
            ? $"No replica is asked since AWS KMS in {string.Join(", ", provider.RefusedRegions)} refused the key, until KeyProviderService.TestAsync passes there."
            : $"Neither do its replicas in {string.Join(", ", silent)} answer.";
        return new TenantEncryptionException(fault.Code, $"{fault.Detail} {why}", fault)
        {
            Operation = fault.Operation,
            KeyArn = fault.KeyArn,
            Region = fault.Region,
            RequestId = fault.RequestId,
        };
    }

    private async Task<T> AskHomeAsync<T>(Attempt<T> attempt, KeyRegion home, CancellationToken cancellationToken)
        where T : IKmsAnswer
    {
        T answer;
        try
        {
            answer = await AskAsync(attempt, home, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception)
        {
            Note(home, IsNoAnswer(exception));
            throw;
        }

        Note(home, isSilent: false);
        if (_away.TryRemove(attempt.Provider.Id, out string? region))
        {
            await TellAsync(attempt.Provider, EventTypes.ProviderReturned, region, home.Region).ConfigureAwait(false);
        }

        return answer;
    }

    private void Note(KeyRegion home, bool isSilent)
    {
        if (isSilent)
        {
            circuits.Open(home.Connection);
        }
        else
        {
            circuits.Close(home.Connection);
        }
    }

    private async Task<T> AskAsync<T>(Attempt<T> attempt, KeyRegion region, CancellationToken cancellationToken)
        where T : IKmsAnswer
    {
        try
        {
            await attempt.Seen.RequireAsync(attempt.Operation, attempt.Provider, region, attempt.Allowance, cancellationToken).ConfigureAwait(false);
            attempt.Allowance?.Take();
            return await attempt.Operation.Kms.At(region.Connection, region.KeyArn).SendAsync(attempt.Request, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (KeyRefusal.Is(exception.Code, attempt.Request.EncryptionContext!))
        {
            await refusals.NoteAsync(attempt.Provider, region.Region, exception.Code).ConfigureAwait(false);
            throw;
        }
    }

    // What the caller holds may be older than a refusal that another process noted.
    private Task<KeyProvider> ReadAsync(KeyProvider provider, CancellationToken cancellationToken) =>
        work.ReadAsync(transaction => transaction.Providers.RequireAsync(provider.Id), cancellationToken);

    private async Task TellAwayAsync(Operation operation, KeyProvider provider, KeyRegion home, KeyRegion replica)
    {
        operation.WarnOnce(
            $"AWS KMS in {home.Region} gives no answer: the key provider '{provider.Name}' of tenant '{provider.TenantId}' works with its replica in {replica.Region} until it does.");
        string? before = null;
        _away.AddOrUpdate(provider.Id, replica.Region, (_, known) =>
        {
            before = known;
            return replica.Region;
        });
        if (before != replica.Region)
        {
            KmsTelemetry.CountFailover(before ?? home.Region, replica.Region);
            await TellAsync(provider, EventTypes.ProviderFailedOver, before ?? home.Region, replica.Region).ConfigureAwait(false);
        }
    }

    private async Task TellAsync(KeyProvider provider, string eventType, string from, string to)
    {
        Operation operation = work.Begin("Failover", provider.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        JObject data = ProviderData.Of(provider);
        data["from"] = from;
        data["to"] = to;
        try
        {
            await work.ChangeAsync(operation, StoreScope.Of(provider.TenantId), change => change.Record(eventType, provider.TenantId, data), CancellationToken.None).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception)
        {
            // The data is worth more than the record of where it was sealed.
            work.Warn($"That the key provider '{provider.Name}' went from {from} to {to} could not be recorded in the event log: {exception.Message}");
        }
    }

    private sealed record Attempt<T>(KmsRequest<T> Request, Operation Operation, KeyProvider Provider, KmsAllowance? Allowance, SeenGrants Seen)
        where T : IKmsAnswer;
}
