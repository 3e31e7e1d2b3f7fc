using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Merging;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Drills;

/// <summary>
/// The statement that a drill of revocation puts into a key policy. It denies unsealing and making data keys for calls that carry the drill's own
/// context pair, which no key of a tenant has, and lapses by itself.
/// </summary>
/// <param name="DrillId">The drill's id.</param>
/// <param name="LapsesAt">When it no longer applies, in whole seconds.</param>
internal sealed record DrillStatement(Guid DrillId, DateTimeOffset LapsesAt)
{
    /// <summary>The context key of the pair that makes a call one of a drill.</summary>
    public const string ContextKey = "Drill";

    /// <summary>How long a statement applies if nobody takes it out.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    private const string SidElement = "Sid";
    private const string SidPrefix = "TenantEncryptionDrill";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>The statement's name, by which it is found again.</summary>
    public string Sid => SidPrefix + DrillId.ToString("N");

    /// <summary>A statement that lapses fifteen minutes from now.</summary>
    public static DrillStatement Create(Guid drillId, DateTimeOffset now) =>
        new(drillId, DateTimeOffset.FromUnixTimeSeconds((now + Life).ToUnixTimeSeconds()));

    /// <summary>The statements of drills in a policy. One that was edited is no longer a drill's.</summary>
    public static IReadOnlyList<DrillStatement> FindIn(string policy)
    {
        var found = new List<DrillStatement>();
        foreach (JObject statement in Statements(Parse(policy)).OfType<JObject>())
        {
            if (Read(statement) is { } read && PolicyForm.AreSame(statement, read.ToJson()))
            {
                found.Add(read);
            }
        }

        return found;
    }

    /// <summary>A policy with the statement at its end.</summary>
    public string AddTo(string policy)
    {
        JObject document = Parse(policy);
        document["Statement"] = new JArray(Statements(document)) { ToJson() };
        return document.ToString(Formatting.Indented);
    }

    /// <summary>A policy without the statement; <see langword="null"/> when it is not in it.</summary>
    public string? TakeFrom(string policy)
    {
        JObject document = Parse(policy);
        JToken[] others = [.. Statements(document).Where(statement => (string?)(statement as JObject)?[SidElement] != Sid)];
        if (others.Length == Statements(document).Count)
        {
            return null;
        }

        document["Statement"] = new JArray(others);
        return document.ToString(Formatting.Indented);
    }

    /// <summary>The statement.</summary>
    public JObject ToJson() => new()
    {
        [SidElement] = Sid,
        ["Effect"] = "Deny",
        ["Principal"] = new JObject { ["AWS"] = "*" },
        ["Action"] = new JArray("kms:Decrypt", "kms:GenerateDataKey*"),
        ["Resource"] = "*",
        ["Condition"] = new JObject
        {
            ["StringEquals"] = new JObject { ["kms:EncryptionContext:" + ContextKey] = DrillId.ToString() },
            ["DateLessThan"] = new JObject { ["aws:CurrentTime"] = LapsesAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture) },
        },
    };

    private static JObject Parse(string policy) => (JObject)PolicyJson.Parse(policy);

    private static JArray Statements(JObject document) => document["Statement"] as JArray ?? [document["Statement"]!];

    private static DrillStatement? Read(JObject statement)
    {
        string sid = statement[SidElement] is JValue { Type: JTokenType.String } text ? (string)text! : "";
        JToken? time = (statement["Condition"] as JObject)?["DateLessThan"] is JObject condition ? condition["aws:CurrentTime"] : null;
        time = time is JArray { Count: 1 } list ? list[0] : time;
        return sid.StartsWith(SidPrefix, StringComparison.Ordinal) && Guid.TryParseExact(sid[SidPrefix.Length..], "N", out Guid id)
            && time is JValue { Type: JTokenType.String } lapse
            && DateTimeOffset.TryParseExact(
                (string)lapse!, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset at)
            ? new DrillStatement(id, at)
            : null;
    }
}
