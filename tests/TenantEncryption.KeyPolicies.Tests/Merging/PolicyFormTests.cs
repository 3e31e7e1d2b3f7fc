using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Merging;

namespace TenantEncryption.KeyPolicies.Tests.Merging;

public sealed class PolicyFormTests
{
    private const string Policy =
        """
        {"Version":"2012-10-17","Statement":[
        {"Sid":"a","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root","arn:aws:iam::444455556666:root"]},"Action":["kms:Decrypt","kms:Encrypt"],"Resource":"*"},
        {"Sid":"b","Effect":"Deny","Principal":"*","Action":"kms:Decrypt","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:A":"1"}}}]}
        """;

    [Theory]
    [InlineData(""" "Action":["kms:Decrypt","kms:Encrypt"] """, """ "Action":["kms:Encrypt","kms:Decrypt"] """)]
    [InlineData(""" "Action":"kms:Decrypt" """, """ "Action":["kms:Decrypt"] """)]
    [InlineData(""" "kms:EncryptionContext:A":"1" """, """ "kms:EncryptionContext:A":["1"] """)]
    [InlineData(""" "Sid":"a","Effect":"Allow" """, """ "Effect":"Allow","Sid":"a" """)]
    [InlineData(""" "arn:aws:iam::111122223333:root" """, """ "111122223333" """)]
    [InlineData(""" "Action":"kms:Decrypt" """, """ "Action":"kms:decrypt" """)]
    public void What_says_the_same_is_the_same(string one, string other) => Assert.True(PolicyForm.AreSame(Policy, Replace(one, other)));

    [Theory]
    [InlineData(""" "kms:EncryptionContext:A":"1" """, """ "kms:EncryptionContext:A":"2" """)]
    [InlineData(""" "Effect":"Deny" """, """ "Effect":"Allow" """)]
    [InlineData(""" "Action":["kms:Decrypt","kms:Encrypt"] """, """ "Action":["kms:Decrypt"] """)]
    [InlineData(""" "Sid":"a" """, """ "Sid":"A" """)]
    [InlineData(""" "Version":"2012-10-17" """, """ "Version":"2008-10-17" """)]
    [InlineData(""" "Version":"2012-10-17" """, """ "Version":"2012-10-17","Id":"one" """)]
    public void What_says_another_thing_is_not(string one, string other) => Assert.False(PolicyForm.AreSame(Policy, Replace(one, other)));

    [Fact]
    public void The_order_of_statements_says_nothing_and_a_second_one_does()
    {
        JObject policy = JObject.Parse(Policy);
        var statements = (JArray)policy["Statement"]!;
        string reversed = With(statements.Reverse());
        string doubled = With(statements.Append(statements[0]));

        Assert.True(PolicyForm.AreSame(Policy, reversed));
        Assert.False(PolicyForm.AreSame(Policy, doubled));

        string With(IEnumerable<JToken> others)
        {
            var copy = (JObject)policy.DeepClone();
            copy["Statement"] = new JArray(others);
            return copy.ToString();
        }
    }

    private static string Replace(string one, string other)
    {
        string changed = Policy.Replace(one.Trim(), other.Trim(), StringComparison.Ordinal);
        Assert.NotEqual(Policy, changed);
        return changed;
    }
}
