using TenantEncryption.Policies.Findings.Edits;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Findings;

/// <summary>Collects findings. The same thing seen of several principals or actions is one finding.</summary>
internal sealed class FindingList(PolicySource source)
{
    private readonly List<PolicyFinding> _findings = [];

    /// <summary>The findings: errors first, then by their place in the text.</summary>
    public IReadOnlyList<PolicyFinding> Ordered => _findings.OrderByDescending(finding => finding.Severity)
        .ThenBy(finding => finding.Line ?? int.MaxValue)
        .ThenBy(finding => finding.Column ?? int.MaxValue)
        .ToArray();

    public bool Has(string code) => _findings.Exists(finding => finding.Code == code);

    public bool Has(string code, PolicyStatement statement) =>
        _findings.Exists(finding => finding.Code == code && finding.Statement == PolicySource.NameOf(statement));

    public void Add(FindingSeverity severity, string code, string observed, string remedy, TextPosition? position, IReadOnlyList<PolicyEdit> edits) =>
        Add(new PolicyFinding
        {
            Severity = severity,
            Code = code,
            Observed = observed,
            Remedy = remedy,
            Edits = edits,
            Line = position?.Line,
            Column = position?.Column,
        });

    /// <summary>Adds what concerns a statement, at one of its elements, or a request that it decides.</summary>
    public void Add(
        FindingSeverity severity,
        string code,
        PolicyStatement? statement,
        string observed,
        string remedy,
        IReadOnlyList<PolicyEdit> edits,
        string? principal = null,
        string? action = null,
        params string[] element)
    {
        TextPosition? position = statement is null ? null : source.Locate(statement, element);
        Add(new PolicyFinding
        {
            Severity = severity,
            Code = code,
            Statement = statement is null ? null : PolicySource.NameOf(statement),
            Principal = principal is null ? [] : new[] { principal },
            Action = action is null ? [] : new[] { action },
            Observed = observed,
            Remedy = remedy,
            Edits = edits,
            Line = position?.Line,
            Column = position?.Column,
        });
    }

    private void Add(PolicyFinding finding)
    {
        int same = _findings.FindIndex(known => known.Code == finding.Code && known.Statement == finding.Statement && known.Observed == finding.Observed);
        if (same < 0)
        {
            _findings.Add(finding);
            return;
        }

        PolicyFinding first = _findings[same];
        _findings[same] = first with
        {
            Principal = first.Principal.Union(finding.Principal).ToArray(),
            Action = first.Action.Union(finding.Action).ToArray(),
        };
    }
}
