using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Findings.Edits;
using TenantEncryption.Policies.Likeness;

namespace TenantEncryption.Policies.Findings.Causes;

/// <summary>A statement that the policy needs and that no statement in it stands for.</summary>
internal static class MissingStatement
{
    /// <summary>The fault.</summary>
    /// <param name="subject">The policy.</param>
    /// <param name="wanted">The statement that is missing.</param>
    /// <param name="outcomes">The requests that it would allow.</param>
    public static Fault Of(PolicySubject subject, JObject wanted, IReadOnlyList<AccessOutcome> outcomes)
    {
        string sid = (string)wanted["Sid"]!;
        PolicyStatement[] naming =
        [
            .. subject.Source.Document.Statements.Where(statement => statement.Effect == PolicyEffect.Allow
                && outcomes.Any(outcome => statement.Principal!.Match(outcome.Expected.Principal) == PrincipalMatch.Direct)),
        ];
        PolicyStatement? conditioned = naming.FirstOrDefault(statement => outcomes.All(outcome =>
            statement.Action?.Matches(outcome.Expected.Action) == true && !statement.Covers(outcome.Expected.ToRequest(subject.KeyArn, subject.Time))));
        string missing = $"The statement '{sid}' is missing";
        string actions = string.Join(", ", outcomes.Select(outcome => outcome.Expected.Action).Distinct(StringComparer.OrdinalIgnoreCase));
        return new Fault
        {
            Code = naming.Length == 0 ? PolicyFindingCodes.MissingPrincipal : conditioned is null ? PolicyFindingCodes.MissingAction : PolicyFindingCodes.ConditionNotMet,
            Observed = naming.Length == 0
                ? $"{missing}, and no other names {string.Join(", ", outcomes.Select(outcome => outcome.Expected.Principal.Arn).Distinct(StringComparer.Ordinal))}.{Similar(subject, outcomes)}"
                : conditioned is null ? $"{missing}, and none of those that name the principal allows {actions}."
                : $"{missing}, and {conditioned} allows {actions} only under a condition that no such request meets{(WithoutContext(outcomes) ? ", as it has no encryption context" : "")}.",
            Edits = [.. Freed(subject, sid), PolicyEdit.AddStatement(wanted)],
            Outcomes = outcomes,
        };
    }

    /// <summary>The edits that make room for a statement under its Sid.</summary>
    public static IEnumerable<PolicyEdit> Freed(PolicySubject subject, string sid) => subject.Source.Document.Statements
        .Where(statement => statement.Sid == sid)
        .Select(statement => PolicyEdit.Remove(PolicyPlace.Of(statement, "Sid")));

    private static bool WithoutContext(IReadOnlyList<AccessOutcome> outcomes) => outcomes.All(outcome => !KmsActions.TakesEncryptionContext(outcome.Expected.Action));

    private static string Similar(PolicySubject subject, IReadOnlyList<AccessOutcome> outcomes)
    {
        string? name = subject.Source.Document.Statements
            .Where(statement => statement.Effect == PolicyEffect.Allow)
            .SelectMany(statement => statement.Principal!.Names)
            .FirstOrDefault(name => outcomes.Any(outcome =>
                PrincipalLikeness.Distance(name, outcome.Expected.Principal.Arn) is not null || (!subject.IsOwn(name) && PrincipalLikeness.IsAccountOf(name, outcome.Expected.Principal.Arn))));
        return name is null ? "" : $" There is a similar name, {name}.";
    }
}
