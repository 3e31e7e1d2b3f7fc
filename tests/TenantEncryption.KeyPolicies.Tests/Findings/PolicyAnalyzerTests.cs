using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Findings;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Testing.Policies;
using static TenantEncryption.Testing.Policies.Build;

namespace TenantEncryption.KeyPolicies.Tests.Findings;

public sealed class PolicyAnalyzerTests
{
    private const string QlikSid = "Enable Qlik's proxy roles to use the Customer's AWS KMS key to encrypt and decrypt data for the Qlik cloud tenant";
    private const string Role = SeedPolicies.QlikRole;

    private static readonly PolicyValues Acme = new() { TenantIds = ["acme"], Key = KeyIdentifier.Parse(Key) };

    public static TheoryData<string> Platforms => [.. PlatformCatalog.BuiltIn.Select(platform => platform.Name)];

    [Theory]
    [MemberData(nameof(Platforms))]
    public void A_platforms_own_statements_beside_the_accounts_are_right(string platform)
    {
        PolicyValues values = ValuesFor(platform);
        JObject policy = Policy(
        [
            Allow("Enable IAM User Permissions", Who(RootOf(values)), "kms:*"),
            .. PlatformStatements.Render(Of(platform), values).Select(statement => statement.Statement),
        ]);
        PolicyAnalysis analysis = PolicyAnalyzer.Analyze(policy.ToString(), Of(platform), values);
        Assert.Equal(ErrorCodes.Success, analysis.Code);
        Assert.True(analysis.Success);
        // The account's own statement lets its administrators in without Amazon Q, as Amazon's own page has it.
        Assert.All(analysis.Findings, finding => Assert.Equal(("amazon-q-business", PolicyFindingCodes.ConditionNotEnforced), (platform, finding.Code)));
    }

    [Theory]
    [MemberData(nameof(Platforms))]
    public void The_default_key_policy_lacks_the_platform(string platform)
    {
        PolicyValues values = ValuesFor(platform);
        string policy = Policy(Allow("Enable IAM User Permissions", Who(RootOf(values)), "kms:*")).ToString();
        PolicyAnalysis analysis = PolicyAnalyzer.Analyze(policy, Of(platform), values);
        Assert.Equal(ErrorCodes.PolicyDenied, analysis.Code);
        PolicyFinding missing = analysis.Findings.First(finding => finding.Code == PolicyFindingCodes.MissingPrincipal);
        Assert.Contains("is missing", missing.Observed, StringComparison.Ordinal);
        // A principal of the key's own account may be allowed by its account, which the policy names and which can't be seen.
        Assert.Equal(platform is "standalone" or "amazon-q-business", missing.Observed.Contains("identity policies might allow it", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_role_is_one_finding_with_its_actions()
    {
        PolicyFinding finding = Error(Edit(statement => ((JArray)statement["Principal"]!["AWS"]!).RemoveAt(0)), PolicyFindingCodes.MissingPrincipal);
        Assert.Equal([Role], finding.Principal);
        Assert.Equal(["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], finding.Action.Order());
        Assert.Equal(QlikSid, finding.Statement);
    }

    [Fact]
    public void A_missing_action_is_one_finding_with_its_principals()
    {
        PolicyFinding finding = Error(Edit(statement => ((JArray)statement["Action"]!).RemoveAt(1)), PolicyFindingCodes.MissingAction);
        Assert.Equal(4, finding.Principal.Count);
        Assert.Equal(["kms:Decrypt"], finding.Action);
        Assert.Contains("allows kms:Encrypt, kms:GenerateDataKey", finding.Observed, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_tenant_id_is_told_with_those_that_are_there()
    {
        PolicyFinding finding = Error(WithTenants("tenant-b"), PolicyFindingCodes.WrongContextValue);
        Assert.Contains("lists 'tenant-b', not 'acme'", finding.Observed, StringComparison.Ordinal);
        Assert.Equal(4, finding.Principal.Count);
    }

    [Theory]
    [InlineData("ACME", "differs by case")]
    [InlineData(" acme", "white space")]
    public void A_tenant_id_that_nearly_fits_is_told_how(string tenantId, string hint) =>
        Assert.Contains(hint, Error(WithTenants(tenantId), PolicyFindingCodes.WrongContextValue).Observed, StringComparison.Ordinal);

    [Fact]
    public void A_condition_on_another_context_key_is_told()
    {
        PolicyFinding finding = Error(
            Edit(statement => statement["Condition"] = Condition("StringEquals", "kms:EncryptionContext:Tenant", "acme")), PolicyFindingCodes.WrongContextKey);
        Assert.Contains("kms:EncryptionContext:Tenant;", finding.Observed, StringComparison.Ordinal);
        Assert.Contains("kms:EncryptionContext:TenantId", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Deny_that_wins_is_named_with_its_place()
    {
        JObject policy = Right();
        ((JArray)policy["Statement"]!).Add(Deny("Only our account", "*", "kms:*", Condition("StringNotEquals", "aws:PrincipalAccount", Account)));
        PolicyFinding finding = Error(policy, PolicyFindingCodes.ExplicitDeny);
        Assert.Equal("Only our account", finding.Statement);
        Assert.Equal(4, finding.Principal.Count);
        string[] lines = policy.ToString().Split('\n');
        Assert.Contains("\"Effect\": \"Deny\"", lines[finding.Line!.Value - 1], StringComparison.Ordinal);
        Assert.Equal(lines[finding.Line.Value - 1].IndexOf('"', StringComparison.Ordinal) + 1, finding.Column);
    }

    [Fact]
    public void A_Deny_of_plain_text_transport_is_no_obstacle()
    {
        JObject policy = Right();
        ((JArray)policy["Statement"]!).Add(Deny("TLS only", "*", "kms:*", Condition("BoolIfExists", "aws:SecureTransport", "false")));
        Assert.True(Analyze(policy).Success);
    }

    [Fact]
    public void Without_the_condition_tenants_are_not_kept_apart()
    {
        PolicyAnalysis analysis = Analyze(Edit(statement => statement.Remove("Condition")));
        Assert.Equal(ErrorCodes.ContextNotEnforced, analysis.Code);
        PolicyFinding[] findings = [.. analysis.Findings.Where(finding => finding.Severity == FindingSeverity.Error)];
        Assert.All(findings, finding => Assert.Equal((PolicyFindingCodes.ContextNotEnforced, QlikSid), (finding.Code, finding.Statement)));
        Assert.Contains(findings, finding => finding.Observed.Contains("without a tenant", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding.Observed.Contains("another tenant", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("StringLike", "*")]
    [InlineData("StringLike", "acme*")]
    [InlineData("StringLike", "*acme")]
    [InlineData("StringEqualsIgnoreCase", "acme")]
    [InlineData("StringEqualsIfExists", "acme")]
    [InlineData("StringNotEquals", "beta")]
    [InlineData("ForAllValues:StringEquals", "acme")]
    public void A_condition_that_lets_others_in_is_not_enforced(string @operator, string value) =>
        Assert.Equal(
            ErrorCodes.ContextNotEnforced,
            Analyze(Edit(statement => statement["Condition"] = Condition(@operator, "kms:EncryptionContext:TenantId", value))).Code);

    [Fact]
    public void A_second_statement_without_condition_undoes_the_first()
    {
        JObject policy = Right();
        ((JArray)policy["Statement"]!).Add(Allow("Test", Who(Role), "kms:Decrypt"));
        PolicyAnalysis analysis = Analyze(policy);
        Assert.Equal(ErrorCodes.ContextNotEnforced, analysis.Code);
        Assert.Contains(analysis.Findings, finding => finding is { Code: PolicyFindingCodes.ContextNotEnforced, Statement: "Test" } && finding.Principal.SequenceEqual([Role]));
    }

    [Fact]
    public void A_deleted_roles_id_is_named_as_such()
    {
        const string Id = "AROAEXAMPLEIDOFAROLE1";
        PolicyAnalysis analysis = Analyze(Edit(statement => statement["Principal"]!["AWS"]![0] = Id));
        Assert.Equal(ErrorCodes.PolicyDenied, analysis.Code);
        Assert.Contains("deleted", Assert.Single(analysis.Findings, finding => finding.Code == PolicyFindingCodes.MissingPrincipal).Observed, StringComparison.Ordinal);
        Assert.Equal([Id], Assert.Single(analysis.Findings, finding => finding.Code == PolicyFindingCodes.DeletedPrincipal).Principal);
    }

    [Fact]
    public void A_role_of_another_account_is_told_as_a_similar_name()
    {
        JObject policy = Policy(Allow("Root", Who(Root), "kms:*"), Allow("Qlik", Who("arn:aws:iam::444455556666:role/byok-encryption-proxy-role"), "kms:Decrypt"));
        Assert.Contains(
            "arn:aws:iam::444455556666:role/byok-encryption-proxy-role",
            Analyze(policy).Findings.First(finding => finding.Principal.Contains(Role)).Observed,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_statement_for_another_key_is_told() =>
        Error(Edit(statement => statement["Resource"] = OtherKey), PolicyFindingCodes.WrongResource);

    [Fact]
    public void Several_tenants_are_a_warning_and_fine()
    {
        PolicyAnalysis analysis = Analyze(WithTenants("acme", "beta"));
        Assert.True(analysis.Success);
        PolicyFinding finding = Assert.Single(analysis.Findings);
        Assert.Equal((PolicyFindingCodes.SeveralTenants, FindingSeverity.Warning), (finding.Code, finding.Severity));
        Assert.Contains("acme, beta", finding.Observed, StringComparison.Ordinal);
        Assert.Contains("organisations", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tenant_of_the_key_that_differs_by_case_is_no_stranger() => Assert.True(Analyze(WithTenants("acme", "ACME")).Success);

    [Fact]
    public void Everything_for_another_account_is_a_warning()
    {
        PolicyAnalysis analysis = Analyze(Edit(statement => statement["Action"] = "kms:*"));
        Assert.True(analysis.Success);
        Assert.Equal(4, Assert.Single(analysis.Findings, finding => finding.Code == PolicyFindingCodes.OverbroadAction).Principal.Count);
    }

    [Fact]
    public void More_than_the_platform_asks_for_is_a_warning()
    {
        // kms:ScheduleKeyDeletion has no effect for another account's role.
        JObject policy = Right();
        ((JArray)policy["Statement"]!).Add(Allow("More", Who(Role), new JArray("kms:ScheduleKeyDeletion", "kms:ReEncrypt*"), Condition("StringEquals", "kms:CallerAccount", "338144066592")));
        PolicyFinding finding = Assert.Single(Analyze(policy).Findings);
        Assert.Equal(PolicyFindingCodes.ExcessiveAction, finding.Code);
        Assert.Equal(["kms:ReEncryptFrom", "kms:ReEncryptTo"], finding.Action.Order());
    }

    [Fact]
    public void Everybody_is_too_many()
    {
        JObject policy = Right();
        ((JArray)policy["Statement"]!).Add(Allow("All", "*", "kms:DescribeKey"));
        Assert.Contains(Analyze(policy).Findings, finding => finding is { Code: PolicyFindingCodes.OverbroadPrincipal, Statement: "All", Severity: FindingSeverity.Warning });
    }

    [Fact]
    public void Qliks_account_in_place_of_its_roles_leaves_it_to_Qlik_and_keeps_the_condition()
    {
        PolicyAnalysis analysis = Analyze(Edit(statement => statement["Principal"] = Who("arn:aws:iam::338144066592:root", "arn:aws:iam::634246602378:root")));
        Assert.Equal(ErrorCodes.PolicyDenied, analysis.Code);
        Assert.All(analysis.Findings, finding => Assert.Equal(PolicyFindingCodes.DelegatedToAccount, finding.Code));
        Assert.Equal(4, analysis.Findings.SelectMany(finding => finding.Principal).Distinct().Count());
    }

    [Fact]
    public void Qliks_account_without_a_condition_lets_every_tenant_in_as_far_as_can_be_seen()
    {
        JObject policy = Edit(statement =>
        {
            statement["Principal"] = Who("arn:aws:iam::338144066592:root", "arn:aws:iam::634246602378:root");
            statement.Remove("Condition");
        });
        Assert.Contains(Analyze(policy).Findings, finding => finding.Code == PolicyFindingCodes.ContextNotEnforced);
    }

    [Fact]
    public void Nobody_of_the_account_left_is_a_lockout()
    {
        PolicyAnalysis analysis = Analyze(Policy((JObject)Right()["Statement"]![1]!));
        Assert.Equal(ErrorCodes.PolicyLockout, analysis.Code);
        Assert.Contains(analysis.Findings, finding => finding is { Code: PolicyFindingCodes.AccountLockedOut, Severity: FindingSeverity.Error });
    }

    [Fact]
    public void A_root_statement_for_another_key_is_named_as_the_cause_of_the_lockout()
    {
        JObject policy = Right();
        policy["Statement"]![0]!["Resource"] = OtherKey;
        PolicyFinding finding = Assert.Single(Analyze(policy).Findings, finding => finding.Code == PolicyFindingCodes.AccountLockedOut);
        Assert.Contains("The Resource of statement 0", finding.Observed, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_account_keeps_by_a_condition_is_a_warning_that_names_it()
    {
        JObject policy = Right();
        ((JArray)policy["Statement"]!).Add(Deny("Hard", "*", "kms:PutKeyPolicy", Condition("StringNotEquals", "aws:PrincipalOrgID", "o-1")));
        PolicyAnalysis analysis = Analyze(policy);
        Assert.Equal(ErrorCodes.Success, analysis.Code);
        PolicyFinding finding = Assert.Single(analysis.Findings, finding => finding.Code == PolicyFindingCodes.ConditionalAdministration);
        Assert.Equal((FindingSeverity.Warning, "Hard"), (finding.Severity, finding.Statement));
        Assert.Contains("StringNotEquals aws:PrincipalOrgID [o-1]", finding.Observed, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Platforms))]
    public void A_platforms_statements_alone_are_judged_as_such(string platform)
    {
        PolicyValues values = ValuesFor(platform);
        JObject[] statements = [.. PlatformStatements.Render(Of(platform), values).Select(statement => statement.Statement)];
        string[] texts = statements.Length == 1 ? [statements[0].ToString(), new JArray(statements).ToString()] : [new JArray(statements).ToString()];
        foreach (string text in texts)
        {
            PolicyAnalysis analysis = PolicyAnalyzer.Analyze(text, Of(platform), values);
            Assert.True(analysis.Success, string.Join("\n", analysis.Findings));
            Assert.Single(analysis.Findings, finding => finding is { Code: PolicyFindingCodes.StatementsOnly, Severity: FindingSeverity.Information });
        }
    }

    [Fact]
    public void The_place_of_a_fault_in_statements_alone_is_the_place_in_the_text()
    {
        JObject statement = (JObject)Right()["Statement"]![1]!;
        statement["Effect"] = "allow";
        PolicyFinding finding = Assert.Single(
            PolicyAnalyzer.Analyze(new JArray(statement).ToString(), Of("qlik-cloud"), Acme).Findings, finding => finding.Code == PolicyFindingCodes.MalformedStatement);
        Assert.Equal((4, 15), (finding.Line, finding.Column));
    }

    [Fact]
    public void A_grant_allows_what_the_policy_does_not()
    {
        var grant = new PolicyGrant { GrantId = "g1", GranteePrincipal = Role, Operations = ["Decrypt"], EncryptionContextSubset = new Dictionary<string, string> { ["TenantId"] = "acme" } };
        string policy = Edit(statement => ((JArray)statement["Principal"]!["AWS"]!).RemoveAt(0)).ToString();
        PolicyAnalysis analysis = PolicyAnalyzer.Analyze(policy, Of("qlik-cloud"), Acme, [grant]);
        Assert.Equal(["kms:Decrypt"], Assert.Single(analysis.Findings, finding => finding.Code == PolicyFindingCodes.AllowedByGrant).Action);
        Assert.Equal(["kms:Encrypt", "kms:GenerateDataKey"], Assert.Single(analysis.Findings, finding => finding.Code == PolicyFindingCodes.MissingPrincipal).Action.Order());
    }

    [Fact]
    public void A_grant_without_constraint_lets_other_tenants_in()
    {
        var grant = new PolicyGrant { GrantId = "g1", GranteePrincipal = Role, Operations = ["Decrypt"] };
        Assert.Equal(ErrorCodes.ContextNotEnforced, PolicyAnalyzer.Analyze(Right().ToString(), Of("qlik-cloud"), Acme, [grant]).Code);
    }

    [Theory]
    [InlineData("{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [],\n}", PolicyFindingCodes.MalformedJson, 4, 1)]
    [InlineData("{\"Version\": \"2012-10-17\"", PolicyFindingCodes.MalformedJson, 1, 25)]
    [InlineData("{\"Version\": \"2012-10-17\",\n \"Statments\": []}", PolicyFindingCodes.MalformedStatement, 2, 2)]
    [InlineData("{\"Statement\":\n [{\"Effect\": \"Allow\", \"Effect\": \"Deny\"}]}", PolicyFindingCodes.MalformedJson, 2, 31)]
    public void What_is_malformed_is_told_with_line_and_column(string policy, string code, int line, int column)
    {
        PolicyAnalysis analysis = PolicyAnalyzer.Analyze(policy, Of("qlik-cloud"), Acme);
        Assert.Equal(ErrorCodes.MalformedPolicy, analysis.Code);
        PolicyFinding finding = Assert.Single(analysis.Findings);
        Assert.Equal((code, line, column), (finding.Code, finding.Line, finding.Column));
    }

    [Fact]
    public void Every_malformed_statement_is_told_and_the_others_are_judged()
    {
        JObject policy = Right();
        ((JArray)policy["Statement"]!).Add(Allow("A", Who("arn:aws:iam::111122223333:group/g"), "kms:*"));
        ((JArray)policy["Statement"]!).Add(Allow("B", Who(Root), "Decrypt"));
        PolicyAnalysis analysis = Analyze(policy);
        Assert.Equal(ErrorCodes.MalformedPolicy, analysis.Code);
        PolicyFinding[] malformed = [.. analysis.Findings.Where(finding => finding.Code == PolicyFindingCodes.MalformedStatement)];
        Assert.Equal(2, malformed.Length);
        string[] lines = policy.ToString().Split('\n');
        Assert.Contains("group/g", lines[malformed[0].Line!.Value - 1], StringComparison.Ordinal);
        Assert.Contains("\"Decrypt\"", lines[malformed[1].Line!.Value - 1], StringComparison.Ordinal);
        Assert.Equal(2, analysis.Findings.Count);
    }

    [Fact]
    public void A_policy_that_KMS_would_not_take_for_its_length_is_told()
    {
        JObject policy = Right();
        for (int i = 0; i < 300; i++)
        {
            ((JArray)policy["Statement"]!).Add(Allow($"Statement number {i}", Who(Root), "kms:*"));
        }

        PolicyAnalysis analysis = Analyze(policy);
        Assert.Equal(ErrorCodes.MalformedPolicy, analysis.Code);
        Assert.Equal(PolicyFindingCodes.PolicyTooLarge, analysis.Findings[0].Code);
    }

    [Fact]
    public void White_space_alone_can_be_taken_out()
    {
        string policy = Right() + new string('\n', 40_000);
        Assert.Contains("without white space", Assert.Single(PolicyAnalyzer.Analyze(policy, Of("qlik-cloud"), Acme).Findings).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_character_beyond_Latin_1_must_be_escaped()
    {
        JObject policy = WithTenants("顧客");
        PolicyValues values = Acme with { TenantIds = ["顧客"] };
        PolicyFinding finding = Assert.Single(PolicyAnalyzer.Analyze(policy.ToString(), Of("qlik-cloud"), values).Findings);
        Assert.Equal((PolicyFindingCodes.InvalidCharacter, "Write it as \\u9867."), (finding.Code, finding.Remedy));
        Assert.Contains("顧客", policy.ToString().Split('\n')[finding.Line!.Value - 1][(finding.Column!.Value - 1)..], StringComparison.Ordinal);
        Assert.True(PolicyAnalyzer.Analyze(policy.ToString().Replace("顧客", "\\u9867\\u5ba2", StringComparison.Ordinal), Of("qlik-cloud"), values).Success);
    }

    [Theory]
    [InlineData("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z")]
    [InlineData("NotIpAddress", "aws:SourceIp", "10.0.0.0/8")]
    [InlineData("StringLike", "kms:EncryptionContext:TenantId", "acme-*")]
    public void A_platforms_condition_that_needs_the_real_request_is_told_and_decides_nothing(string @operator, string key, string value)
    {
        PlatformProfile own = Of("qlik-cloud") with { Statements = [new PlatformStatement { Statement = Allow("Own", Who(Role), "kms:Decrypt", Condition(@operator, key, value)) }] };
        JObject policy = Policy(Allow("Enable IAM User Permissions", Who(Root), "kms:*"), own.Statements[0].Statement);
        PolicyAnalysis analysis = PolicyAnalyzer.Analyze(policy.ToString(), own, Acme);
        Assert.Equal(ErrorCodes.NothingTested, analysis.Code);
        Assert.Equal(PolicyFindingCodes.NotSimulated, Assert.Single(analysis.Findings).Code);
    }

    [Fact]
    public void A_platform_that_names_nobody_is_told()
    {
        PlatformProfile own = Of("qlik-cloud") with { Statements = [new PlatformStatement { Statement = Allow("Own", "*", "kms:Decrypt", Condition("StringEquals", "kms:CallerAccount", Account)) }] };
        JObject policy = Policy(Allow("Enable IAM User Permissions", Who(Root), "kms:*"), own.Statements[0].Statement);
        Assert.Contains(PolicyAnalyzer.Analyze(policy.ToString(), own, Acme).Findings, finding => finding.Code == PolicyFindingCodes.NotSimulated);
    }

    [Fact]
    public void Without_a_key_the_account_is_the_one_whose_root_the_policy_names()
    {
        PolicyAnalysis analysis = PolicyAnalyzer.Analyze(Right().ToString(), Of("qlik-cloud"), new PolicyValues { TenantIds = ["acme"] });
        Assert.True(analysis.Success);
        Assert.Empty(analysis.Findings);
    }

    private static PlatformProfile Of(string name) => PlatformCatalog.FindBuiltIn(name)!;

    private static PolicyAnalysis Analyze(JObject policy) => PolicyAnalyzer.Analyze(policy.ToString(), Of("qlik-cloud"), Acme);

    private static PolicyFinding Error(JObject policy, string code)
    {
        PolicyAnalysis analysis = Analyze(policy);
        Assert.Equal(ErrorCodes.PolicyDenied, analysis.Code);
        PolicyFinding finding = Assert.Single(analysis.Findings, finding => finding.Severity == FindingSeverity.Error);
        Assert.Equal(code, finding.Code);
        return finding;
    }

    private static JObject Right() => Policy(
        [Allow("Enable IAM User Permissions", Who(Root), "kms:*"), .. PlatformStatements.Render(Of("qlik-cloud"), Acme).Select(statement => statement.Statement)]);

    private static JObject Edit(Action<JObject> edit)
    {
        JObject policy = Right();
        edit((JObject)policy["Statement"]![1]!);
        return policy;
    }

    private static JObject WithTenants(params string[] tenantIds) =>
        Edit(statement => statement["Condition"]!["StringEquals"]!["kms:EncryptionContext:TenantId"] = new JArray(tenantIds));

    private static string RootOf(PolicyValues values) => $"arn:{values.Key!.Partition}:iam::{values.Key.AccountId}:root";

    private static PolicyValues ValuesFor(string platform) => platform switch
    {
        "tableau-cloud" => Access.ExpectedAccessTests.Tableau with { Key = KeyIdentifier.Parse(Key) },
        "amazon-q-business" => Acme with { Parameters = new Dictionary<string, IReadOnlyList<string>> { ["AdminRole"] = [SeedPolicies.AmazonAdmin] } },
        "qlik-cloud-government" => Acme with { Key = KeyIdentifier.Parse(SeedPolicies.GovKey) },
        "standalone" => Acme with { Users = [AppRole] },
        _ => Acme,
    };
}
