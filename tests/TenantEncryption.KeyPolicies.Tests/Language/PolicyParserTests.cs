using TenantEncryption.Errors;
using TenantEncryption.Policies;
using TenantEncryption.Testing.Policies;

namespace TenantEncryption.KeyPolicies.Tests.Language;

public sealed class PolicyParserTests
{
    private const string Good = """{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"}""";

    [Theory]
    [InlineData("nothing at all", "")]
    [InlineData("a list", "[]")]
    [InlineData("single quotes", "{'Version':'2012-10-17'}")]
    [InlineData("a trailing comma", """{"Version":"2012-10-17","Statement":[],}""")]
    [InlineData("an unknown version", """{"Version":"2020-01-01","Statement":[GOOD]}""")]
    [InlineData("an unknown element", """{"Version":"2012-10-17","Statments":[GOOD]}""")]
    [InlineData("no statement", """{"Version":"2012-10-17","Statement":[]}""")]
    [InlineData("an element twice", """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}]}""")]
    [InlineData("an effect in small letters", """{"Statement":{"Effect":"allow","Principal":"*","Action":"kms:*","Resource":"*"}}""")]
    [InlineData("no principal", """{"Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*"}}""")]
    [InlineData("Principal and NotPrincipal", """{"Statement":{"Effect":"Allow","Principal":"*","NotPrincipal":"*","Action":"kms:*","Resource":"*"}}""")]
    [InlineData("Action and NotAction", """{"Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","NotAction":"kms:*","Resource":"*"}}""")]
    [InlineData("a wildcard in a principal", """{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/*"},"Action":"kms:*","Resource":"*"}}""")]
    [InlineData("a group as a principal", """{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:group/g"},"Action":"kms:*","Resource":"*"}}""")]
    [InlineData("an account with letters", """{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:sts::123456789abc:assumed-role/R/S"},"Action":"kms:*","Resource":"*"}}""")]
    [InlineData("an unknown kind of principal", """{"Statement":{"Effect":"Allow","Principal":{"Aws":"*"},"Action":"kms:*","Resource":"*"}}""")]
    [InlineData("an action without a service", """{"Statement":{"Effect":"Allow","Principal":"*","Action":"Decrypt","Resource":"*"}}""")]
    [InlineData("an unknown operator", """{"Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*","Condition":{"StringMatches":{"a":"b"}}}}""")]
    [InlineData("NullIfExists", """{"Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*","Condition":{"NullIfExists":{"a":"true"}}}}""")]
    [InlineData("a Bool that is none", """{"Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*","Condition":{"Bool":{"a":"yes"}}}}""")]
    [InlineData("an address that is none", """{"Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*","Condition":{"IpAddress":{"a":"10.0.0.0/40"}}}}""")]
    [InlineData("a date that is none", """{"Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*","Condition":{"DateLessThan":{"a":"soon"}}}}""")]
    public void A_malformed_key_policy_is_refused(string what, string json)
    {
        TenantEncryptionException refused = Assert.Throws<TenantEncryptionException>(
            () => PolicyDocument.Parse(json.Replace("GOOD", Good, StringComparison.Ordinal), PolicyKind.KeyPolicy));
        Assert.True(refused.Code == ErrorCodes.MalformedPolicy, what);
    }

    [Fact]
    public void A_key_policy_statement_without_action_is_accepted_and_has_no_effect()
    {
        PolicyDocument policy = PolicyDocument.Parse("""{"Statement":{"Effect":"Allow","Principal":"*","Resource":"*"}}""", PolicyKind.KeyPolicy);
        Assert.False(PolicySimulator.Decide(Build.Ask(Build.Alice, "kms:Decrypt"), new Policies.KeyPolicies { KeyPolicy = policy }).IsAllowed);
    }

    [Theory]
    [InlineData("""{"Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}}""")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"kms:*"}}""")]
    public void An_identity_policy_names_no_principal_and_needs_a_resource(string json) =>
        Assert.Throws<TenantEncryptionException>(() => PolicyDocument.Parse(json, PolicyKind.IdentityPolicy));
}
