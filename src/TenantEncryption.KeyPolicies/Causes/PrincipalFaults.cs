using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Findings.Edits;
using TenantEncryption.Policies.Likeness;

namespace TenantEncryption.Policies.Findings.Causes;

/// <summary>Principals of the platform whom its statement does not name.</summary>
internal static class PrincipalFaults
{
    public static IEnumerable<Fault> Of(StatementComparison comparison)
    {
        AccessOutcome[] unnamed = [.. comparison.Outcomes.Where(outcome => comparison.Live.Principal!.Match(outcome.Expected.Principal) != PrincipalMatch.Direct)];
        if (comparison.Live.Principal!.Negated)
        {
            yield return OfNegated(comparison);
        }
        else if (unnamed.Length > 0)
        {
            yield return OfMissing(comparison, unnamed);
        }
    }

    private static Fault OfNegated(StatementComparison comparison) => new()
    {
        Code = PolicyFindingCodes.MissingPrincipal,
        Statement = comparison.Live,
        Element = ["NotPrincipal"],
        Observed = $"{comparison.Live} names with NotPrincipal whom it does not mean; the platform's principals are to be named with Principal.",
        Edits = [.. comparison.AsPlatform("Principal")],
        Outcomes = comparison.Outcomes,
    };

    private static Fault OfMissing(StatementComparison comparison, AccessOutcome[] unnamed)
    {
        PolicyStatement live = comparison.Live;
        string[] missing = [.. unnamed.Select(outcome => outcome.Expected.Principal.Arn).Distinct(StringComparer.Ordinal)];
        string[] named = [.. live.Principal!.Names.Where(name => !comparison.Needed.Principal!.Names.Contains(name)).Order(StringComparer.Ordinal)];
        var place = comparison.Place.At("Principal", "AWS");
        var edits = new List<PolicyEdit>();
        var hints = new List<string>();
        var seen = new List<string>();
        bool isAccount = false;
        HashSet<string> used = new(StringComparer.Ordinal), left = [.. missing];
        foreach (string account in named.Where(name => missing.Any(wanted => PrincipalLikeness.IsAccountOf(name, wanted))))
        {
            string[] members = [.. missing.Where(wanted => PrincipalLikeness.IsAccountOf(account, wanted))];
            isAccount = true;
            seen.Add($"{account} is the account as a whole, whose own identity policies decide and can't be seen");
            edits.Add(comparison.Subject.IsOwn(account) ? PolicyEdit.Add(place, members.Where(left.Contains)) : PolicyEdit.Replace(place, account, members));
            left.ExceptWith(members);
            used.Add(account);
        }

        foreach ((string wanted, string name) in Pairs(left, named.Where(name => !used.Contains(name))))
        {
            seen.Add(PrincipalSyntax.IsUniqueId(name)
                ? $"{name} is the id of a user or role that was deleted, and a new one of the same name is not meant"
                : $"'{VisibleText.Of(name)}' is not '{wanted}'{How(name, wanted)}");
            if (IsSlip(comparison, name))
            {
                edits.Add(PolicyEdit.Replace(place, name, wanted));
            }
            else
            {
                edits.Add(PolicyEdit.Add(place, wanted));
                hints.Add($"If '{name}' was meant to be it, take that out.");
            }

            left.Remove(wanted);
        }

        if (left.Count > 0)
        {
            edits.Add(PolicyEdit.Add(place, missing.Where(left.Contains)));
        }

        return new Fault
        {
            Code = isAccount && left.Count == 0 && edits.Count == used.Count ? PolicyFindingCodes.DelegatedToAccount : PolicyFindingCodes.MissingPrincipal,
            Statement = live,
            Element = ["Principal"],
            Observed = $"{live} does not name {string.Join(", ", missing)}{(seen.Count == 0 ? "" : $": {string.Join("; ", seen)}")}.",
            Edits = edits,
            Hint = hints.Count == 0 ? null : string.Join(' ', hints),
            Outcomes = unnamed,
        };
    }

    // The nearest pairs first, each name and each principal once; ids of deleted roles stand for whoever is left.
    private static IEnumerable<(string Wanted, string Name)> Pairs(IEnumerable<string> missing, IEnumerable<string> named)
    {
        List<string> wanted = [.. missing.Order(StringComparer.Ordinal)], names = [.. named];
        while ((from one in wanted
                from name in names
                let distance = PrincipalSyntax.IsUniqueId(name) ? int.MaxValue : PrincipalLikeness.Distance(name, one)
                where distance is not null
                orderby distance
                select ((string Wanted, string Name)?)(one, name)).FirstOrDefault() is { } pair)
        {
            yield return pair;
            wanted.Remove(pair.Wanted);
            names.Remove(pair.Name);
        }
    }

    // In a vendor's list nobody else has a place. In the user's own, another name may be another user, unless no key of this partition can have it.
    private static bool IsSlip(StatementComparison comparison, string name) => !comparison.IsOwnList
        || PrincipalSyntax.IsUniqueId(name)
        || name != VisibleText.Meant(name)
        || name.Split(':').ElementAtOrDefault(1) != comparison.Subject.Partition;

    private static string How(string name, string wanted)
    {
        string[] is_ = name.Split(':', 6), should = wanted.Split(':', 6);
        return is_.Length < 6 || should.Length < 6 ? ""
            : is_[1] != should[1] ? $" (partition {is_[1]} for {should[1]})"
            : is_[5].Split('/')[0] != should[5].Split('/')[0] ? $" (a {Kind(is_[5])} for a {Kind(should[5])})"
            : is_[4] != should[4] ? $" (account {is_[4]} for {should[4]})"
            : "";
    }

    private static string Kind(string resource) => resource.Split('/')[0] switch
    {
        "assumed-role" => "role's session",
        "root" => "account",
        var kind => kind,
    };
}
