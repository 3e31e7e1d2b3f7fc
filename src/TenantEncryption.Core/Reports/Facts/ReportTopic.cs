using Newtonsoft.Json;

namespace TenantEncryption.Reports;

/// <summary>What an event of a report is evidence of.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum ReportTopic
{
    /// <summary>Keys and providers that were made, changed or rotated, and what else changed the rules.</summary>
    Life,

    /// <summary>Who may use a key: policies and grants that were changed.</summary>
    Access,

    /// <summary>Keys that were retired or destroyed.</summary>
    Retirement,
}
