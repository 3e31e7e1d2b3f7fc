using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Conditions;
using TenantEncryption.Policies.Findings.Edits;
using TenantEncryption.Policies.Merging;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Findings.Causes;

/// <summary>Denies that win over what the platform needs, and how to except the platform from each without losing what it protects.</summary>
internal static class DenyFaults
{
    private const string PrincipalArn = "aws:PrincipalArn";

    private static readonly string[] AccountKeys = ["aws:PrincipalAccount", "kms:CallerAccount"];

    /// <summary>The faults.</summary>
    /// <param name="subject">The policy.</param>
    /// <param name="outcomes">Its decisions.</param>
    /// <param name="told">What is told already: a Deny that was meant as the platform's Allow is told as that.</param>
    public static IEnumerable<Fault> Of(PolicySubject subject, IReadOnlyList<AccessOutcome> outcomes, IReadOnlyList<Fault> told)
    {
        IEnumerable<IGrouping<PolicyStatement, AccessOutcome>> denies = outcomes
            .Where(outcome => outcome.Expected.Expectation == AccessExpectation.Allowed && outcome.Decision.IsExplicitDeny)
            .SelectMany(outcome => subject.Applying(PolicyEffect.Deny, RequestOf(subject, outcome)).Select(deny => (Deny: deny, Outcome: outcome)))
            .GroupBy(one => one.Deny, one => one.Outcome);
        foreach (IGrouping<PolicyStatement, AccessOutcome> deny in denies)
        {
            if (!told.Any(fault => fault.Code == PolicyFindingCodes.ExplicitDeny && fault.Statement == deny.Key))
            {
                yield return OfDeny(subject, deny.Key, [.. deny]);
            }
        }
    }

    private static Fault OfDeny(PolicySubject subject, PolicyStatement deny, AccessOutcome[] outcomes)
    {
        RequestContext context = RequestOf(subject, outcomes[0]).Context;
        string because = deny.Conditions.Length == 0 ? "" : $", as its condition holds: {string.Join(", and ", deny.Conditions.Select(condition => condition.DescribeMet(context)))}";
        PolicyPrincipal[] principals = [.. outcomes.Select(outcome => outcome.Expected.Principal).DistinctBy(principal => principal.Arn, StringComparer.Ordinal)];
        (IReadOnlyList<PolicyEdit> edits, string? why) = Except(subject, deny, principals, outcomes);
        return new Fault
        {
            Code = PolicyFindingCodes.ExplicitDeny,
            Statement = deny,
            Element = ["Effect"],
            Observed = $"The Deny in {deny} wins over every Allow{because}.{(why is null ? "" : $" {why}")}",
            Edits = edits,
            Outcomes = outcomes,
        };
    }

    private static (IReadOnlyList<PolicyEdit> Edits, string? Why) Except(PolicySubject subject, PolicyStatement deny, PolicyPrincipal[] principals, AccessOutcome[] outcomes)
    {
        PolicyPlace place = PolicyPlace.Of(deny);
        PrincipalElement named = deny.Principal!;
        if (named.Negated)
        {
            string[] missing = [.. principals.SelectMany(Exempting).Where(name => !named.Names.Contains(name)).Distinct(StringComparer.Ordinal)];
            string[] roots = [.. missing.Where(name => name.EndsWith(":root", StringComparison.Ordinal))];
            return ([PolicyEdit.Add(place.At("NotPrincipal", "AWS"), missing)],
                missing.Length == roots.Length ? "NotPrincipal excepts a principal only where its account is listed as well." : null);
        }

        if (!named.Anyone && named.Names.All(name => StatementFacts.Principal(name) == $"account {subject.KeyAccount}"))
        {
            bool isUsual = deny.Action!.Names.Contains("kms:*") && deny.Conditions.Length == 0;
            return isUsual ? ([PolicyEdit.Set(place.At("Effect"), "Allow")], "It was meant to let the account in.") : (ByCondition(subject, deny, place, principals, outcomes), null);
        }

        if (!named.Anyone)
        {
            string[] own = [.. named.Names.Where(name => principals.Any(principal => principal.IsNamed(name) || principal.AccountNames.Contains(name)))];
            return own.Length == named.Names.Count
                ? ([PolicyEdit.RemoveStatement(place)], "It names nobody but the platform's principals.")
                : ([PolicyEdit.Remove(place.At("Principal", "AWS"), own)], null);
        }

        return (ByCondition(subject, deny, place, principals, outcomes), null);
    }

    // Where the Deny excepts some already, the platform joins them; else it gets the first exception.
    private static IReadOnlyList<PolicyEdit> ByCondition(PolicySubject subject, PolicyStatement deny, PolicyPlace place, PolicyPrincipal[] principals, AccessOutcome[] outcomes)
    {
        string[] arns = [.. principals.Select(principal => principal.PrincipalArn).Distinct(StringComparer.Ordinal)];
        foreach (Condition condition in deny.Conditions.Where(condition => condition.Operator.Negated))
        {
            PolicyPlace list = place.At("Condition", condition.Operator.Name, condition.Key);
            if (condition.Key.Equals(PrincipalArn, StringComparison.OrdinalIgnoreCase))
            {
                return [PolicyEdit.Add(list, arns.Where(arn => !condition.Values.Contains(arn)))];
            }

            if (AccountKeys.Contains(condition.Key, StringComparer.OrdinalIgnoreCase))
            {
                return [PolicyEdit.Add(list, principals.Select(principal => principal.Account!).Distinct(StringComparer.Ordinal))];
            }

            string[] values = [.. outcomes.Select(outcome => outcome.Expected.EncryptionContext.GetValueOrDefault(subject.Platform.ContextKey)).OfType<string>().Distinct(StringComparer.Ordinal)];
            if (condition.Key.Equals(subject.ContextConditionKey, StringComparison.OrdinalIgnoreCase)
                && outcomes.All(outcome => KmsActions.TakesEncryptionContext(outcome.Expected.Action))
                && values.Length > 0)
            {
                return [PolicyEdit.Add(list, values.Select(value => PolicyVariables.Escape(value, condition.Operator.TakesPatterns)))];
            }
        }

        return [PolicyEdit.Add(place.At("Condition", "ArnNotEquals", PrincipalArn), arns)];
    }

    // IAM User Guide, "NotPrincipal": who is to be exempt must be listed with the account, and a session with its role too.
    private static IEnumerable<string> Exempting(PolicyPrincipal principal) =>
        new[] { principal.Arn, principal.PrincipalArn, principal.AccountNames.LastOrDefault() ?? principal.Arn }.Distinct(StringComparer.Ordinal);

    private static AccessRequest RequestOf(PolicySubject subject, AccessOutcome outcome) => outcome.Expected.ToRequest(subject.KeyArn, subject.Time);
}
