using Newtonsoft.Json;
using Newtonsoft.Json.Serialization;
using TenantEncryption.Events;

namespace TenantEncryption.Reports;

/// <summary>
/// What a store and its event log tell of the keys of its tenants, for an auditor. It holds no key, and of KMS only what was asked for. What is
/// <see langword="null"/> is not known: the page says so in words.
/// </summary>
public sealed record EncryptionReport
{
    /// <summary>The form of this report; another number when a fact changes its name or its meaning.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>By whom: the user and machine of the process.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>The version of this software.</summary>
    public required string SoftwareVersion { get; init; }

    /// <summary>The tenants that were asked for; <see langword="null"/> for all. Of other tenants such a report shows nothing.</summary>
    public IReadOnlyList<string>? Scope { get; init; }

    /// <summary>Whether KMS was asked for each key's state, rotation, policy, grants and last use.</summary>
    public bool IsLive { get; init; }

    /// <summary>The store.</summary>
    public required ReportedStore Store { get; init; }

    /// <summary>Algorithms, key lengths, and where the cryptography is done.</summary>
    public required ReportedCryptography Cryptography { get; init; }

    /// <summary>What somebody should look at: what failed, what is not as it should be, and what could not be seen.</summary>
    public required IReadOnlyList<ReportedException> Exceptions { get; init; }

    /// <summary>The tenants, by id.</summary>
    public required IReadOnlyList<ReportedTenant> Tenants { get; init; }

    /// <summary>What the store's own chain tells of root keys, platforms and, as far as the tenants of this report hang on them, master keys; removed tenants' last events, too.</summary>
    public required IReadOnlyList<ReportedEvent> History { get; init; }

    /// <summary>What verifying the event log showed: one result for the whole log, or one for each tenant of the scope.</summary>
    public required IReadOnlyList<EventLogTestResult> Verification { get; init; }

    /// <summary>The ends of the chains of no tenant of this report: the store's own, and, where all tenants are in it, those of tenants that were removed.</summary>
    public required IReadOnlyList<EventLogHeadState> Heads { get; init; }

    /// <summary>The anchors that the store tells; <see langword="null"/> for none.</summary>
    public ReportedAnchors? Anchors { get; init; }

    /// <summary>What neither the log nor the digest of the state covers, and what this report can't tell.</summary>
    public required IReadOnlyList<ReportedLimit> Limits { get; init; }

    /// <summary>Which part of the report is evidence for which control.</summary>
    public required IReadOnlyList<ReportedControl> Controls { get; init; }

    /// <summary>Writes the report as JSON: names in camelCase, times as ISO 8601, what is not known as null.</summary>
    /// <param name="writer">Takes the text.</param>
    public void WriteJson(TextWriter writer)
    {
        using var json = new JsonTextWriter(writer) { Formatting = Formatting.Indented, CloseOutput = false };
        Serializer().Serialize(json, this);
    }

    /// <summary>The report as JSON.</summary>
    /// <returns>The text.</returns>
    public string ToJson()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        WriteJson(writer);
        return writer.ToString();
    }

    // Of its own: what an application sets as its defaults does not change a report.
    private static JsonSerializer Serializer() => new()
    {
        ContractResolver = new DefaultContractResolver { NamingStrategy = new CamelCaseNamingStrategy { ProcessDictionaryKeys = false } },
    };
}
