namespace TenantEncryption.Reports;

/// <summary>The sections of a report, by the ids that the page gives them, in their order.</summary>
internal static class ReportSections
{
    public const string Exceptions = "exceptions";
    public const string Coverage = "coverage";
    public const string Migrations = "migrations";
    public const string Cryptography = "cryptography";
    public const string EachTenant = "tenants";
    public const string History = "history";
    public const string Log = "log";
    public const string Limits = "limits";
    public const string Controls = "controls";

    /// <summary>Each with its heading.</summary>
    public static IReadOnlyList<(string Id, string Title)> All { get; } =
    [
        (Exceptions, "What to look at"),
        (Coverage, "What depends on which key"),
        (Migrations, "Migrations over time"),
        (Cryptography, "Algorithms and key lengths"),
        (EachTenant, "Tenants"),
        (History, "The store and what was removed"),
        (Log, "The event log and its anchors"),
        (Limits, "What is not covered"),
        (Controls, "Controls and their evidence"),
    ];
}
