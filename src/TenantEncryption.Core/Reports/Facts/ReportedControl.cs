namespace TenantEncryption.Reports;

/// <summary>A control of a standard, and where in the report its evidence is.</summary>
/// <param name="Standard">The standard, such as <c>PCI DSS 4.0.1</c>.</param>
/// <param name="Control">The number of its requirement or article.</param>
/// <param name="Requirement">What it asks for, in short.</param>
/// <param name="Coverage">How much of it the report shows.</param>
/// <param name="Sections">The ids of the sections that show it.</param>
/// <param name="Note">What they show, and what is left to others.</param>
public sealed record ReportedControl(
    string Standard, string Control, string Requirement, ReportCoverage Coverage, IReadOnlyList<string> Sections, string Note);
