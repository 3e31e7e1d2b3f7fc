using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.KeyPolicies.Tests.Text;

/// <summary>How key policies come out of tools and editors.</summary>
public sealed class KeyPolicyTextTests
{
    private const string Policy = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": []\n}";

    [Fact]
    public void The_answer_of_the_AWS_CLI_is_unwrapped()
    {
        string json = new JObject { ["Policy"] = Policy, ["PolicyName"] = "default" }.ToString();
        Assert.Equal(Policy, KeyPolicyText.Unwrap(json));
        Assert.Equal(Policy, KeyPolicyText.Unwrap($"{Policy}\tdefault"));
        Assert.Equal(Policy, KeyPolicyText.Unwrap($"{Policy}\tdefault\r\n"));
        Assert.Equal(Policy, KeyPolicyText.Unwrap($"{Policy}\n"));
    }

    [Fact]
    public void A_byte_order_mark_is_taken_off() => Assert.Equal(Policy, KeyPolicyText.Unwrap("\uFEFF" + Policy));

    [Theory]
    [InlineData("")]
    [InlineData("no policy")]
    [InlineData("{\"Policy\":1}")]
    [InlineData("{\"Statement\":[],\"Policy\":\"x\"}")]
    [InlineData("{} {}")]
    [InlineData("{\"Statement\": [")]
    public void What_no_tool_printed_stays_as_it_is(string text) => Assert.Equal(text, KeyPolicyText.Unwrap(text));

    [Theory]
    [InlineData("{", true, false)]
    [InlineData("[ {\"Effect\":", true, false)]
    [InlineData("{\"Sid\": \"a", true, false)]
    [InlineData("{}", false, true)]
    [InlineData("{}\tdefault", false, true)]
    [InlineData("{ no", false, false)]
    [InlineData("policy.json", false, false)]
    [InlineData("", false, false)]
    public void A_line_tells_whether_the_policy_goes_on(string text, bool unfinished, bool whole) =>
        Assert.Equal((unfinished, whole), (KeyPolicyText.IsUnfinished(text), KeyPolicyText.IsWhole(text)));

    [Theory]
    [InlineData('\u201C')]
    [InlineData('\u201D')]
    [InlineData('\u2018')]
    [InlineData('\u201E')]
    public void A_typographic_quote_is_named_as_what_it_is(char quote)
    {
        var refused = Assert.Throws<TenantEncryptionException>(() => PolicyDocument.Parse($"{{\n  {quote}Version{quote}: \"2012-10-17\" }}", PolicyKind.KeyPolicy));
        Assert.Equal(ErrorCodes.MalformedPolicy, refused.Code);
        Assert.Contains($"typographic quote, {quote} (U+{(int)quote:X4})", refused.Detail, StringComparison.Ordinal);
        Assert.Contains("line 2, column 3", refused.Detail, StringComparison.Ordinal);
        Assert.Contains("straight quotes", refused.Remedy, StringComparison.Ordinal);
    }
}
