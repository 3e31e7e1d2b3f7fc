using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Merging;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Testing.Policies;
using static TenantEncryption.Testing.Policies.Build;

namespace TenantEncryption.KeyPolicies.Tests.Merging;

public sealed class PolicyMergeTests
{
    private const string TenantCondition = "kms:EncryptionContext:TenantId";

    [Fact]
    public void The_platforms_statement_is_added_after_those_that_are_there()
    {
        JObject live = Policy(Allow("B", Who(Root), "kms:*"), Deny("A", "*", "kms:ScheduleKeyDeletion"));
        MergedPolicy merged = Merge(live, "acme");
        JArray statements = Statements(merged.Json);
        Assert.Equal(3, statements.Count);
        Assert.True(JToken.DeepEquals(live["Statement"]![0], statements[0]));
        Assert.True(JToken.DeepEquals(live["Statement"]![1], statements[1]));
        Assert.Equal(["acme"], Tenants(statements[2]));
        Assert.Equal(PolicyChangeKind.Added, Assert.Single(merged.Changes).Kind);
    }

    [Fact]
    public void Merging_again_changes_nothing_and_gives_the_very_text_back()
    {
        string merged = Merge(Live(), "acme").Json;
        string reformatted = JObject.Parse(merged).ToString(Newtonsoft.Json.Formatting.None);
        foreach (string text in new[] { merged, reformatted })
        {
            MergedPolicy again = PolicyMerge.Merge(text, Qlik("acme"), Of("qlik-cloud"));
            Assert.False(again.IsChanged);
            Assert.Same(text, again.Json);
        }
    }

    [Fact]
    public void A_tenant_is_added_to_the_list_and_none_is_dropped()
    {
        MergedPolicy merged = PolicyMerge.Merge(Merge(Live(), "beta").Json, Qlik("acme", "beta"), Of("qlik-cloud"));
        Assert.Equal(["beta", "acme"], Tenants(Statements(merged.Json)[1]));
        PolicyChange change = Assert.Single(merged.Changes);
        Assert.Equal((PolicyChangeKind.Updated, $"Condition StringEquals {TenantCondition} acme"), (change.Kind, Assert.Single(change.Added)));
        Assert.Empty(change.Removed);
        Assert.Equal(["beta", "acme", "gamma"], Tenants(Statements(PolicyMerge.Merge(merged.Json, Qlik("gamma"), Of("qlik-cloud")).Json)[1]));
    }

    [Fact]
    public void A_list_of_one_that_KMS_shows_as_its_entry_keeps_its_tenant()
    {
        JObject live = Live(Qlik("beta")[0].Statement);
        live["Statement"]![1]!["Condition"]!["StringEquals"]![TenantCondition] = "beta";
        Assert.Equal(["beta", "acme"], Tenants(Statements(Merge(live, "acme").Json)[1]));
        Assert.False(PolicyMerge.Merge(live.ToString(), Qlik("beta"), Of("qlik-cloud")).IsChanged);
    }

    [Fact]
    public void The_order_of_lists_and_the_case_of_actions_are_no_difference()
    {
        JObject statement = (JObject)Qlik("acme")[0].Statement.DeepClone();
        statement["Action"] = new JArray("kms:generatedatakey", "KMS:Decrypt", "kms:Encrypt");
        statement["Principal"]!["AWS"] = new JArray(((JArray)statement["Principal"]!["AWS"]!).Reverse());
        Assert.False(PolicyMerge.Merge(Live(statement).ToString(), Qlik("acme"), Of("qlik-cloud")).IsChanged);
    }

    [Theory]
    [InlineData("Effect", "Deny")]
    [InlineData("Action", "kms:Decrypt")]
    [InlineData("Resource", "arn:aws:kms:eu-west-1:111122223333:key/0000abcd-12ab-34cd-56ef-1234567890ab")]
    public void Our_own_statement_becomes_what_the_platform_needs_where_it_stands(string element, string value)
    {
        JObject statement = (JObject)Qlik("acme")[0].Statement.DeepClone();
        statement[element] = value;
        JObject live = Live(statement);
        ((JArray)live["Statement"]!).Add(Allow("Last", Who(Root), "kms:DescribeKey"));
        MergedPolicy merged = PolicyMerge.Merge(live.ToString(), Qlik("acme"), Of("qlik-cloud"));
        JArray statements = Statements(merged.Json);
        Assert.True(JToken.DeepEquals(Qlik("acme")[0].Statement, statements[1]));
        Assert.Equal("Last", (string?)statements[2]["Sid"]);
        PolicyChange change = Assert.Single(merged.Changes);
        Assert.Contains(change.Removed.Concat(change.Added), fact => fact.StartsWith(element, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_several_statements_under_our_Sid_the_one_that_is_ours_is_taken()
    {
        JObject right = (JObject)Qlik("acme")[0].Statement.DeepClone();
        string sid = (string)right["Sid"]!;
        JObject live = Policy(Allow(sid, Who(Root), "kms:*"), Allow(sid, Who(Alice), "kms:*"), right);
        Assert.False(PolicyMerge.Merge(live.ToString(), Qlik("acme"), Of("qlik-cloud")).IsChanged);
        right["Action"] = "kms:Decrypt";
        JArray statements = Statements(PolicyMerge.Merge(Policy(Allow(sid, Who(Root), "kms:*"), right).ToString(), Qlik("acme"), Of("qlik-cloud")).Json);
        Assert.True(JToken.DeepEquals(live["Statement"]![0], statements[0]));
        Assert.True(JToken.DeepEquals(Qlik("acme")[0].Statement, statements[1]));
    }

    [Fact]
    public void The_accounts_statement_under_our_Sid_stays_and_ours_is_added()
    {
        JObject root = Allow((string)Qlik("acme")[0].Statement["Sid"]!, Who(Root), "kms:*");
        JArray statements = Statements(Merge(Policy(root), "acme").Json);
        Assert.True(JToken.DeepEquals(root, statements[0]));
        Assert.True(JToken.DeepEquals(Qlik("acme")[0].Statement, statements[1]));
    }

    [Fact]
    public void The_account_that_was_merged_into_our_statement_keeps_all_it_had_in_one_of_its_own()
    {
        JObject merged = (JObject)Qlik("acme")[0].Statement.DeepClone();
        ((JArray)merged["Principal"]!["AWS"]!).AddFirst(Root);
        merged["Action"] = "kms:*";
        merged.Remove("Condition");
        MergedPolicy result = PolicyMerge.Merge(Policy(merged).ToString(), Qlik("acme"), Of("qlik-cloud"));
        JArray statements = Statements(result.Json);
        Assert.True(JToken.DeepEquals(Qlik("acme")[0].Statement, statements[0]));
        Assert.Equal((Root, "kms:*"), ((string?)statements[1]["Principal"]!["AWS"], (string?)statements[1]["Action"]));
        Assert.Equal(2, result.Changes.Count);
        Assert.False(PolicyMerge.Merge(result.Json, Qlik("acme"), Of("qlik-cloud")).IsChanged);
    }

    [Fact]
    public void A_principal_of_others_who_loses_nothing_stays_in_our_list()
    {
        JObject ours = (JObject)Qlik("beta")[0].Statement.DeepClone();
        ((JArray)ours["Principal"]!["AWS"]!).Add(Alice);
        JToken statement = Statements(Merge(Live(ours), "acme").Json)[1];
        Assert.Contains(Alice, statement["Principal"]!["AWS"]!.Select(name => (string)name!));
        Assert.Equal(["beta", "acme"], Tenants(statement));
    }

    [Theory]
    [InlineData("StringLike", TenantCondition)]
    [InlineData("StringEqualsIfExists", TenantCondition)]
    [InlineData("StringEquals", "kms:EncryptionContext:Tenant")]
    public void Tenants_under_another_operator_or_a_misspelt_key_stay_tenants(string @operator, string key)
    {
        JObject ours = (JObject)Qlik("beta")[0].Statement.DeepClone();
        ours["Condition"] = Condition(@operator, key, "beta", "gamma");
        Assert.Equal(["beta", "gamma", "acme"], Tenants(Statements(Merge(Live(ours), "acme").Json)[1]));
    }

    [Fact]
    public void A_deleted_roles_id_in_our_statement_gives_way_to_the_role()
    {
        JObject statement = (JObject)Qlik("acme")[0].Statement.DeepClone();
        statement["Principal"]!["AWS"]![0] = "AROAEXAMPLEIDOFAROLE1";
        MergedPolicy merged = PolicyMerge.Merge(Live(statement).ToString(), Qlik("acme"), Of("qlik-cloud"));
        Assert.DoesNotContain("AROA", merged.Json, StringComparison.Ordinal);
        Assert.Contains(SeedPolicies.QlikRole, merged.Json, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deleted_users_id_in_a_foreign_statement_is_told_as_KMS_would_refuse_it()
    {
        JObject live = Policy(Allow("Enable IAM User Permissions", Who(Root), "kms:*"), Allow("Old", Who("AIDAEXAMPLEIDOFAUSER1"), "kms:*"));
        TenantEncryptionException refused = Assert.Throws<TenantEncryptionException>(() => Merge(live, "acme"));
        Assert.Equal(ErrorCodes.MalformedPolicy, refused.Code);
        Assert.Contains("'Old'", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_users_of_your_own_platform_add_up()
    {
        RenderedStatement[] For(string user) => [.. PlatformStatements.Render(Of("standalone"), new PolicyValues { TenantIds = ["acme"], Users = [user] })];
        string first = PolicyMerge.Merge(Live().ToString(), For(AppRole), Of("standalone")).Json;
        string both = PolicyMerge.Merge(first, For(Alice), Of("standalone")).Json;
        Assert.Equal([AppRole, Alice], Statements(both)[1]["Principal"]!["AWS"]!.Select(name => (string)name!));
        Assert.False(PolicyMerge.Merge(both, For(AppRole), Of("standalone")).IsChanged);
    }

    [Fact]
    public void Tableaus_new_value_takes_the_place_of_the_one_before()
    {
        RenderedStatement[] For(string value) => [.. PlatformStatements.Render(Of("tableau-cloud"), Access.ExpectedAccessTests.Tableau with { ContextValue = value })];
        string merged = PolicyMerge.Merge(PolicyMerge.Merge(Live().ToString(), For("one"), Of("tableau-cloud")).Json, For("two"), Of("tableau-cloud")).Json;
        Assert.Equal("two", (string?)Statements(merged)[1]["Condition"]!["StringEquals"]!["kms:EncryptionContext:sf-auth"]);
    }

    [Fact]
    public void Amazon_Qs_administrators_of_two_environments_both_stay()
    {
        RenderedStatement[] For(string role) =>
        [
            .. PlatformStatements.Render(Of("amazon-q-business"), new PolicyValues
            {
                Key = KeyIdentifier.Parse(Key),
                Parameters = new Dictionary<string, IReadOnlyList<string>> { ["AdminRole"] = [role] },
            }),
        ];
        string merged = PolicyMerge.Merge(PolicyMerge.Merge(Live().ToString(), For(SeedPolicies.AmazonAdmin), Of("amazon-q-business")).Json, For(AppRole), Of("amazon-q-business")).Json;
        Assert.Equal([SeedPolicies.AmazonAdmin, AppRole], Statements(merged)[1]["Principal"]!["AWS"]!.Select(name => (string)name!));
        Assert.Equal(4, Statements(merged).Count);
    }

    [Fact]
    public void A_policy_with_one_statement_that_is_no_list_becomes_a_list()
    {
        JObject live = Live();
        live["Statement"] = live["Statement"]![0];
        Assert.Equal(2, Statements(Merge(live, "acme").Json).Count);
    }

    [Fact]
    public void What_is_beyond_ASCII_is_escaped_and_means_the_same()
    {
        MergedPolicy merged = Merge(Live(), "顧客-é");
        Assert.True(merged.Json.All(character => character < 128));
        Assert.Equal(["顧客-é"], Tenants(Statements(merged.Json)[1]));
    }

    [Fact]
    public void A_long_policy_is_put_without_white_space_and_a_longer_one_refused()
    {
        JObject Of(int count) => Policy([.. Enumerable.Range(0, count).Select(i => Allow($"Statement {i}", Who(Root), "kms:*"))]);
        MergedPolicy merged = Merge(Of(200), "acme");
        Assert.DoesNotContain('\n', merged.Json);
        Assert.InRange(merged.Json.Length, 20_000, 32_768);
        Assert.Equal(ErrorCodes.PolicyTooLarge, Assert.Throws<TenantEncryptionException>(() => Merge(Of(300), "acme")).Code);
    }

    [Fact]
    public void Policy_variables_need_the_version_of_2012()
    {
        JObject live = Live();
        live.Remove("Version");
        Assert.Equal("2012-10-17", (string?)JObject.Parse(Merge(live, "${a}").Json)["Version"]);
        Assert.Null(JObject.Parse(Merge(live, "acme").Json)["Version"]);
        live["Statement"]![0]!["Resource"] = "${x}";
        Assert.Equal(ErrorCodes.MalformedPolicy, Assert.Throws<TenantEncryptionException>(() => Merge(live, "${a}")).Code);
    }

    [Fact]
    public void A_live_policy_that_can_not_be_read_is_refused() =>
        Assert.Equal(ErrorCodes.MalformedPolicy, Assert.Throws<TenantEncryptionException>(() => PolicyMerge.Merge("{}", Qlik("acme"), Of("qlik-cloud"))).Code);

    [Fact]
    public void The_difference_is_shown_as_diff_does_and_white_space_is_none()
    {
        string before = Merge(Live(), "beta").Json;
        string after = PolicyMerge.Merge(before, Qlik("acme"), Of("qlik-cloud")).Json;
        string diff = UnifiedDiff.Of(JObject.Parse(before).ToString(Newtonsoft.Json.Formatting.None), after, "eu-west-1");
        Assert.Equal(
            """
            --- eu-west-1 (live)
            +++ eu-west-1 (merged)
            @@ -30,7 +30,8 @@
                   "Condition": {
                     "StringEquals": {
                       "kms:EncryptionContext:TenantId": [
            -            "beta"
            +            "beta",
            +            "acme"
                       ]
                     }
                   }

            """.ReplaceLineEndings("\n"),
            diff);
        Assert.Empty(UnifiedDiff.Of(before, JObject.Parse(before).ToString(), "same"));
    }

    [Fact]
    public void Differences_far_apart_are_hunks_of_their_own()
    {
        JObject before = Policy([.. Enumerable.Range(0, 9).Select(i => Allow($"S{i}", Who(Root), "kms:*"))]);
        JObject after = (JObject)before.DeepClone();
        after["Statement"]![0]!["Sid"] = "First";
        after["Statement"]![8]!["Sid"] = "Last";
        string[] lines = UnifiedDiff.Of(before.ToString(), after.ToString(), "x").Split('\n');
        Assert.Equal(2, lines.Count(line => line.StartsWith("@@", StringComparison.Ordinal)));
        Assert.Equal(["+      \"Sid\": \"First\",", "+      \"Sid\": \"Last\","], lines.Where(line => line.StartsWith("+ ", StringComparison.Ordinal)));
    }

    private static PlatformProfile Of(string name) => PlatformCatalog.FindBuiltIn(name)!;

    private static IReadOnlyList<RenderedStatement> Qlik(params string[] tenantIds) =>
        PlatformStatements.Render(Of("qlik-cloud"), new PolicyValues { TenantIds = tenantIds });

    private static MergedPolicy Merge(JObject live, params string[] tenantIds) => PolicyMerge.Merge(live.ToString(), Qlik(tenantIds), Of("qlik-cloud"));

    private static JObject Live(params JObject[] more) => Policy([Allow("Enable IAM User Permissions", Who(Root), "kms:*"), .. more]);

    private static JArray Statements(string policy) => (JArray)JObject.Parse(policy)["Statement"]!;

    private static IEnumerable<string> Tenants(JToken statement) => statement["Condition"]!["StringEquals"]![TenantCondition]!.Select(id => (string)id!);
}
