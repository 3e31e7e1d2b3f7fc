using Newtonsoft.Json;
using TenantEncryption.Drills;
using TenantEncryption.Errors;
using TenantEncryption.Events;

namespace TenantEncryption.Reports;

/// <summary>What the events of one chain tell, gathered as they pass: no more of them is kept than a report shows.</summary>
internal sealed class ChainFacts
{
    private static readonly Dictionary<string, ReportTopic> Topics = new(StringComparer.Ordinal)
    {
        [EventTypes.ProviderCreated] = ReportTopic.Life,
        [EventTypes.ProviderUpdated] = ReportTopic.Life,
        [EventTypes.ProviderActivated] = ReportTopic.Life,
        [EventTypes.ProviderArchived] = ReportTopic.Life,
        [EventTypes.ProviderRestored] = ReportTopic.Life,
        [EventTypes.ProviderFailedOver] = ReportTopic.Life,
        [EventTypes.ProviderReturned] = ReportTopic.Life,
        [EventTypes.ProviderRefused] = ReportTopic.Life,
        [EventTypes.KeyRotated] = ReportTopic.Life,
        [EventTypes.MasterKeyCreated] = ReportTopic.Life,
        [EventTypes.MasterKeyUpdated] = ReportTopic.Life,
        [EventTypes.MasterKeyEnabled] = ReportTopic.Life,
        [EventTypes.MasterKeyRestored] = ReportTopic.Life,
        [EventTypes.TenantCreated] = ReportTopic.Life,
        [EventTypes.TenantUpdated] = ReportTopic.Life,
        [EventTypes.UntracedReadsAllowed] = ReportTopic.Life,
        [EventTypes.UntracedReadsEnded] = ReportTopic.Life,
        [EventTypes.StoreCreated] = ReportTopic.Life,
        [EventTypes.RootRotated] = ReportTopic.Life,
        [EventTypes.RootExported] = ReportTopic.Life,
        [EventTypes.PlatformAdded] = ReportTopic.Life,
        [EventTypes.RollbackAccepted] = ReportTopic.Life,
        [EventTypes.EventsArchived] = ReportTopic.Life,
        [EventTypes.KeyRingExported] = ReportTopic.Life,
        [EventTypes.KeyRingImported] = ReportTopic.Life,
        [EventTypes.KeyPolicyUpdated] = ReportTopic.Access,
        [EventTypes.GrantCreated] = ReportTopic.Access,
        [EventTypes.GrantRevoked] = ReportTopic.Access,
        [EventTypes.GrantRetired] = ReportTopic.Access,
        [EventTypes.ProviderDeactivated] = ReportTopic.Retirement,
        [EventTypes.ProviderDeleted] = ReportTopic.Retirement,
        [EventTypes.MasterKeyDisabled] = ReportTopic.Retirement,
        [EventTypes.MasterKeyDeletionScheduled] = ReportTopic.Retirement,
        [EventTypes.RootRetired] = ReportTopic.Retirement,
        [EventTypes.TenantRemoved] = ReportTopic.Retirement,
    };

    // Operations of KMS that use a key, by CloudTrail's names.
    private static readonly HashSet<string> Uses = new(StringComparer.Ordinal) { "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "Encrypt", "Decrypt" };

    private static readonly string[] PartsOfCheck = ["check", "subject", "region", "code"];

    private readonly Dictionary<string, ReportedValidation> _tests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReportedKmsUse> _uses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _replaced = new(StringComparer.Ordinal);
    private readonly HashSet<string> _askedRegions = new(StringComparer.Ordinal);
    private readonly List<ReportedDrill> _drills = [];
    private readonly List<string> _drillIds = [];
    private readonly List<ReportedEvent> _history = [];
    private string? _current;

    /// <summary>The drills, in the order in which they were told of first.</summary>
    public IReadOnlyList<ReportedDrill> Drills => _drills;

    /// <summary>The events that a report shows as they are.</summary>
    public IReadOnlyList<ReportedEvent> History => _history;

    /// <summary>The last test of a provider.</summary>
    public ReportedValidation? TestOf(string providerId) => _tests.GetValueOrDefault(providerId);

    /// <summary>The last use of a master key, under any of its ARNs.</summary>
    public ReportedKmsUse? UseOf(IEnumerable<string> keyArns) => keyArns.Select(arn => _uses.GetValueOrDefault(arn)).OfType<ReportedKmsUse>().MaxBy(use => use.Time);

    /// <summary>How many calls of KMS the chain tells of, failed ones among them.</summary>
    public long KmsCalls { get; private set; }

    /// <summary>The regions that they asked.</summary>
    public IReadOnlyCollection<string> AskedRegions => _askedRegions;

    /// <summary>When a key-encryption key was replaced.</summary>
    public DateTimeOffset? ReplacedAt(string kekId) => _replaced.TryGetValue(kekId, out DateTimeOffset time) ? time : null;

    /// <summary>Takes note of an event.</summary>
    public void Add(EncryptionEvent one)
    {
        string[] requestIds = [.. NoteCalls(one)];
        if (IsOf(one, EventTypes.ProviderTested))
        {
            NoteTest(one, requestIds);
        }
        else if (IsOf(one, EventTypes.DrillStarted) || IsOf(one, EventTypes.DrillFinished))
        {
            NoteDrill(one);
        }
        else if (Topics.Where(topic => IsOf(one, topic.Key)).Select(topic => (ReportTopic?)topic.Value).FirstOrDefault() is { } topic)
        {
            _history.Add(new ReportedEvent
            {
                Topic = topic,
                Sequence = one.Sequence,
                TenantId = one.TenantId,
                Time = one.Time,
                Type = one.Type,
                Actor = one.UserId,
                Outcome = one.Outcome,
                Detail = Describe(one.Data),
                RequestIds = requestIds,
            });
        }

        NoteCurrent(one);
    }

    /// <summary>Whether an event is of a type, whatever the platform's prefix.</summary>
    public static bool IsOf(EncryptionEvent one, string type) => one.Type.EndsWith("." + type, StringComparison.Ordinal);

    private static string? Text(EncryptionEvent one, string name) => one.Data.GetValueOrDefault(name) as string;

    private static IEnumerable<IReadOnlyDictionary<string, object?>> Maps(EncryptionEvent one, string name) =>
        (one.Data.GetValueOrDefault(name) as object?[] ?? []).OfType<IReadOnlyDictionary<string, object?>>();

    private static string Describe(IReadOnlyDictionary<string, object?> data) => string.Join(
        "; ",
        data.Where(pair => pair.Value is not null && pair.Key is not ("kmsCalls" or "operation"))
            .Select(pair => $"{pair.Key}: {pair.Value as string ?? JsonConvert.SerializeObject(pair.Value)}"));

    private IEnumerable<string> NoteCalls(EncryptionEvent one)
    {
        foreach (IReadOnlyDictionary<string, object?> call in Maps(one, "kmsCalls"))
        {
            string? requestId = call.GetValueOrDefault("requestId") as string;
            KmsCalls++;
            if (call.GetValueOrDefault("region") is string asked)
            {
                _askedRegions.Add(asked);
            }

            if (call.GetValueOrDefault("operation") is string operation && Uses.Contains(operation) && !call.ContainsKey("error")
                && call.GetValueOrDefault("key") is string key && call.GetValueOrDefault("time") is string time)
            {
                _uses[key] = new ReportedKmsUse(EventText.ParseTime(time), operation, call.GetValueOrDefault("region") as string, requestId, one.Sequence);
            }

            if (requestId is not null)
            {
                yield return requestId;
            }
        }
    }

    // The key that wraps is another one with these alone.
    private void NoteCurrent(EncryptionEvent one)
    {
        if (Text(one, "kekId") is { } kekId
            && (IsOf(one, EventTypes.TenantCreated) || IsOf(one, EventTypes.KeyRotated) || IsOf(one, EventTypes.ProviderActivated)))
        {
            if ((Text(one, "previousKekId") ?? _current) is { } replaced)
            {
                _replaced[replaced] = one.Time;
            }

            _current = kekId;
        }
    }

    private void NoteTest(EncryptionEvent one, string[] requestIds)
    {
        if (Text(one, "providerId") is not { } providerId || Text(one, "code") is not { } code)
        {
            return;
        }

        _tests[providerId] = new ReportedValidation
        {
            Sequence = one.Sequence,
            Time = one.Time,
            Actor = one.UserId,
            Code = code,
            Cause = code == ErrorCodes.Success || !ErrorCatalog.Contains(code) ? null : ErrorCatalog.Get(code).Cause,
            FailedChecks = [.. Maps(one, "failedChecks").Select(check => string.Join(", ", PartsOfCheck.Select(name => check.GetValueOrDefault(name)).OfType<string>()))],
            Warnings = [.. (one.Data.GetValueOrDefault("warnings") as object?[] ?? []).OfType<string>()],
            RequestIds = requestIds,
        };
    }

    private void NoteDrill(EncryptionEvent one)
    {
        bool isEnd = IsOf(one, EventTypes.DrillFinished);
        string id = Text(one, "drillId") ?? "";
        int known = _drillIds.IndexOf(id);
        ReportedDrill drill = (known >= 0 ? _drills[known] : new ReportedDrill { Drill = Text(one, "drill") ?? nameof(KeyProviderDrill.Revocation) }) with
        {
            Sequence = one.Sequence,
            Provider = Text(one, "provider"),
            Actor = one.UserId,
        };
        drill = isEnd
            ? drill with
            {
                FinishedAt = one.Time,
                Code = Text(one, "code"),
                ShutAfterMilliseconds = one.Data.GetValueOrDefault("shutAfterMilliseconds") as long?,
                ReadAgainAfterMilliseconds = one.Data.GetValueOrDefault("readAgainAfterMilliseconds") as long?,
                Steps = [.. Maps(one, "steps").Select(StepOf)],
            }
            : drill with { StartedAt = one.Time };
        if (known >= 0)
        {
            _drills[known] = drill;
        }
        else
        {
            _drills.Add(drill);
            _drillIds.Add(id);
        }
    }

    private static ReportedDrillStep StepOf(IReadOnlyDictionary<string, object?> step) => new(
        step.GetValueOrDefault("name") as string ?? "",
        step.GetValueOrDefault("region") as string,
        step.GetValueOrDefault("outcome") as string ?? "",
        step.GetValueOrDefault("code") as string,
        step.GetValueOrDefault("milliseconds") is long milliseconds ? milliseconds : 0);
}
