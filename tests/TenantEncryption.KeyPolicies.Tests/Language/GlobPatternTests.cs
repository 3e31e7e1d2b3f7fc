using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using TenantEncryption.Policies;

namespace TenantEncryption.KeyPolicies.Tests.Language;

public sealed class GlobPatternTests
{
    [Fact]
    public void A_pattern_matches_what_the_same_regular_expression_matches()
    {
        Gen<string> text = Gen.Elements('a', 'b', '*', '?').ArrayOf().Select(letters => new string(letters));
        Check.QuickThrowOnFailure(Prop.ForAll(text.ToArbitrary(), text.ToArbitrary(), (pattern, value) =>
        {
            string regex = "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$";
            return GlobPattern.Matches(pattern, value, ignoreCase: false) == Regex.IsMatch(value, regex);
        }));
    }

    [Fact]
    public void Many_stars_take_no_exponential_time()
    {
        string pattern = string.Concat(Enumerable.Repeat("a*", 200)) + "b";
        Assert.False(GlobPattern.Matches(pattern, new string('a', 5000), ignoreCase: false));
    }
}
