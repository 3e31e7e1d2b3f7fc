using Newtonsoft.Json;

namespace TenantEncryption.Reports;

/// <summary>How much of a control a report shows.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum ReportCoverage
{
    /// <summary>The report has the evidence.</summary>
    Shown,

    /// <summary>It has a part of it; the note says what is left to others.</summary>
    InPart,

    /// <summary>This software has no part in it.</summary>
    NotCovered,
}
