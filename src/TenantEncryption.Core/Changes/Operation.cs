using System.Collections.Concurrent;
using System.Globalization;
using Newtonsoft.Json.Linq;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Kms;
using TenantEncryption.Stores;

namespace TenantEncryption.Changes;

/// <summary>
/// One operation of a caller. Its KMS calls are recorded with the events of its changes; what is left when it ends, such as the calls
/// of an operation that failed, gets an event of its own.
/// </summary>
internal sealed class Operation(UnitOfWork work, RecordingChannel kms, string name, string? tenantId) : IAsyncDisposable
{
    private readonly List<KmsCall> _returned = [];
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _untraced = new(StringComparer.Ordinal);

    /// <summary>An id that all events of the operation share.</summary>
    public string Id { get; } = Identifiers.New("op-");

    /// <summary>The KMS, recording.</summary>
    public IKmsChannel Kms => kms;

    /// <summary>Warns the caller; once of each thing.</summary>
    public void WarnOnce(string message)
    {
        bool isNew;
        lock (_warned)
        {
            isNew = _warned.Add(message);
        }

        if (isNew)
        {
            work.Warn(message);
        }
    }

    /// <summary>Warns the caller that what the operation does of a tenant is put on record later, if ever; that its KMS calls are so, too, goes without saying.</summary>
    public void WarnOfUntraced(string tenantId, string message)
    {
        _untraced[tenantId] = true;
        WarnOnce(message);
    }

    /// <summary>Whether the store could not take a record of that tenant, which is owed. What the operation did in the end is owed then, too: to wait for the store again helps nobody.</summary>
    public bool IsUntraced(string? tenantId) => tenantId is not null && _untraced.ContainsKey(tenantId);

    /// <summary>The KMS calls that no event has told yet.</summary>
    public IReadOnlyList<KmsCall> TakeKmsCalls()
    {
        lock (_returned)
        {
            KmsCall[] calls = [.. _returned, .. kms.TakeCalls()];
            _returned.Clear();
            return calls;
        }
    }

    /// <summary>Takes back calls whose event was not committed.</summary>
    public void ReturnKmsCalls(IEnumerable<KmsCall> calls)
    {
        lock (_returned)
        {
            _returned.AddRange(calls);
        }
    }

    /// <summary>The name under which the data of a KMS call say how long it took, retries among it.</summary>
    public const string Milliseconds = "milliseconds";

    /// <summary>KMS calls as event data.</summary>
    public static JArray Describe(IEnumerable<KmsCall> calls) => new(calls.Select(call =>
    {
        var json = new JObject
        {
            ["operation"] = call.Operation,
            ["key"] = call.KeyId,
            ["time"] = call.Time.UtcDateTime.ToString(EventText.TimeFormat, CultureInfo.InvariantCulture),
            [Milliseconds] = Math.Round(call.Elapsed.TotalMilliseconds, 1),
        };
        if (call.Region is not null)
        {
            json["region"] = call.Region;
        }

        if (call.RequestId is not null)
        {
            json["requestId"] = call.RequestId;
        }

        if (call.ErrorCode is not null)
        {
            json["error"] = call.ErrorCode;
        }

        return json;
    }));

    /// <summary>Records the KMS calls that no event has told yet.</summary>
    public async ValueTask DisposeAsync()
    {
        IReadOnlyList<KmsCall> calls = TakeKmsCalls();
        if (calls.Count == 0)
        {
            return;
        }

        void Record(Change change) => change.Record(EventTypes.KmsCalled, tenantId, new JObject { ["command"] = name, ["kmsCalls"] = Describe(calls) });
        if (!_untraced.IsEmpty)
        {
            work.Owe(this, StoreScope.Of(tenantId), Record);
            return;
        }

        try
        {
            await work.RecordAsync(this, StoreScope.Of(tenantId), Record).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception)
        {
            // The operation's own outcome must not be hidden by this one.
            work.Warn($"{Counted.Of(calls.Count, "KMS call")} of {name} could not be recorded in the event log: {exception.Message}");
        }
    }
}
