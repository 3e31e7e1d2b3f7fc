using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Conditions;
using TenantEncryption.Policies.Findings.Edits;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Findings.Causes;

/// <summary>A statement of a policy beside the platform's statement that it stands for, and the platform's requests that it should allow and does not.</summary>
internal sealed class StatementComparison
{
    public StatementComparison(PolicySubject subject, PolicyStatement live, RenderedStatement wanted, IReadOnlyList<AccessOutcome> outcomes)
    {
        (Subject, Live, Wanted, Outcomes) = (subject, live, wanted, outcomes);
        Needed = PolicyStatement.Read(wanted.Statement);
    }

    public PolicySubject Subject { get; }

    public PolicyStatement Live { get; }

    public RenderedStatement Wanted { get; }

    public IReadOnlyList<AccessOutcome> Outcomes { get; }

    /// <summary>The platform's statement, compiled.</summary>
    public PolicyStatement Needed { get; }

    public PolicyPlace Place => PolicyPlace.Of(Live);

    /// <summary>Whether the platform leaves the list of principals to its user, so that names in it that it does not know may be the user's own.</summary>
    public bool IsOwnList => OwnPrincipals.AreIn(Subject.Platform, Wanted.Template);

    public AccessRequest RequestOf(AccessOutcome outcome) => outcome.Expected.ToRequest(Subject.KeyArn, Subject.Time);

    /// <summary>Takes the element out under either name and sets it as the platform has it.</summary>
    public IEnumerable<PolicyEdit> AsPlatform(string element)
    {
        if (Subject.JsonOf(Live).ContainsKey($"Not{element}"))
        {
            yield return PolicyEdit.Remove(Place.At($"Not{element}"));
        }

        yield return PolicyEdit.Set(Place.At(element), Wanted.Statement[element]!);
    }

    /// <summary>The platform's condition on a key.</summary>
    public Condition? NeededOn(string key) => Needed.Conditions.FirstOrDefault(condition => condition.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    /// <summary>The texts that the platform's statement has for a condition.</summary>
    public static JToken Values(Condition condition, IEnumerable<string> more)
    {
        string[] all = [.. condition.Values.Concat(more).Distinct(StringComparer.Ordinal)];
        return all is [var only] ? only : new JArray(all);
    }
}
