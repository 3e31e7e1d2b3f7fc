using Newtonsoft.Json;

namespace TenantEncryption.Reports;

/// <summary>The form of a report's file.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum ReportFormat
{
    /// <summary>One page of HTML, complete in itself.</summary>
    Html,

    /// <summary>JSON with the same facts.</summary>
    Json,
}
