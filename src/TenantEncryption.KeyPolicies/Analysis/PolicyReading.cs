using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Policies.Findings.Causes;
using TenantEncryption.Policies.Findings.Edits;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Findings;

/// <summary>
/// A policy as it was meant: each malformed element is told, mended as its remedy says, and what the policy says then is judged, so that a slip in
/// one statement is not told again as all that follows from it.
/// </summary>
internal sealed class PolicyReading
{
    /// <summary>What to do about what no rule knows a correction of.</summary>
    public const string Remedy = "Correct the element; KMS refuses the policy as it is.";

    // A statement has nine elements; a handful of slips in one is more than anybody makes.
    private const int MostRounds = 24;

    private readonly List<(string Observed, TextPosition? Position, IReadOnlyList<PolicyEdit> Edits)> _faults = [];

    private PolicyReading(PolicySource source) => Source = source;

    /// <summary>The policy with its mended statements.</summary>
    public PolicySource Source { get; private set; }

    /// <exception cref="PolicySyntaxException">It is no JSON, or no policy for a reason that no rule mends.</exception>
    public static PolicyReading Of(string text, IReadOnlyList<RenderedStatement> platform)
    {
        JToken original = PolicyJson.Load(text);
        var reading = new PolicyReading(null!);
        JObject json = original as JObject is { } whole && !PolicyParser.IsPart(whole) ? whole : PolicyWriter.Document(PolicyParser.StatementsOf(original).OfType<JObject>());
        PolicySyntaxException? first = null;
        for (int round = 0; ; round++)
        {
            string written = round == 0 ? text : json.ToString();
            var faults = new List<(PolicySyntaxException Fault, int? Index)>();
            IReadOnlyList<PolicyStatement> statements = [];
            try
            {
                statements = new PolicyParser(PolicyKind.KeyPolicy).Parse(written, (fault, index) => faults.Add((fault, index)), part: true);
            }
            catch (PolicySyntaxException fault) when (fault.At is not null && PolicyRepair.OfDocument(fault.At) is { Count: > 0 })
            {
                faults.Add((fault, null));
            }
            catch (PolicySyntaxException) when (first is not null)
            {
                // What the mended document lacks tells less than what was wrong with it.
                throw first;
            }

            first ??= faults is [(var one, null), ..] ? one : null;

            var edits = new List<PolicyEdit>();
            foreach ((PolicySyntaxException fault, int? index) in faults)
            {
                IReadOnlyList<PolicyEdit> mended = round == MostRounds ? []
                    : index is { } statement ? PolicyRepair.OfStatement(fault.At!, json, statement, platform) : PolicyRepair.OfDocument(fault.At!);
                edits.AddRange(mended);
                if (mended.Count > 0 || reading._faults.TrueForAll(known => known.Observed != fault.Fault))
                {
                    reading._faults.Add((fault.Fault, round == 0 ? fault.Position : null, mended));
                }
            }

            if (edits.Count == 0)
            {
                reading.Source = new PolicySource(text, original, round == 0 ? original : json, statements);
                return reading;
            }

            json = PolicyEditor.Apply(json, edits);
        }
    }

    /// <summary>Tells what was malformed.</summary>
    public void AddTo(FindingList findings)
    {
        foreach ((string observed, TextPosition? position, IReadOnlyList<PolicyEdit> edits) in _faults)
        {
            TextPosition? place = position ?? (edits is [{ Statement: { } index } edit, ..] ? Source.Locate(index, [.. edit.Path]) : null);
            findings.Add(
                FindingSeverity.Error,
                PolicyFindingCodes.MalformedStatement,
                observed,
                edits.Count == 0 ? Remedy : $"{string.Join(' ', edits)} KMS refuses the policy as it is.",
                place,
                edits);
        }
    }
}
