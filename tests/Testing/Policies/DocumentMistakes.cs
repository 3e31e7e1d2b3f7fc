using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Findings;
using static TenantEncryption.Testing.Policies.Build;

namespace TenantEncryption.Testing.Policies;

/// <summary>Slips in the policy as a whole: statements that are missing, merged, doubled or in the way, the account's own statement, the text.</summary>
internal static class DocumentMistakes
{
    private const string Malformed = PolicyFindingCodes.MalformedStatement;
    private const string Denied = PolicyFindingCodes.ExplicitDeny;
    private const string LockedOut = PolicyFindingCodes.AccountLockedOut;

    public static IEnumerable<Mistake> All => [.. Wholes, .. Denies, .. Roots, .. Texts];

    private static IEnumerable<Mistake> Wholes =>
    [
        Done("the platform's statement is missing", PolicyFindingCodes.MissingPrincipal, (_, statements) => statements.RemoveAt(2)) with { Says = "is missing", Applies = scene => scene.Platform.Name is "tableau-cloud" or "amazon-q-business" },
        Done("the first of the platform's statements is missing", PolicyFindingCodes.MissingAction, (_, statements) => statements.RemoveAt(2)) with { Says = "is missing", Applies = HasTwo },
        Done("the second of the platform's statements is missing", PolicyFindingCodes.MissingAction, (_, statements) => statements.RemoveAt(3)) with { Says = "kms:DescribeKey", Applies = HasTwo, IsOfSecond = true },
        Done("all of the platform's statements are missing", PolicyFindingCodes.MissingPrincipal, (_, statements) =>
        {
            while (statements.Count > 2)
            {
                statements.RemoveAt(2);
            }
        }) with { Says = "is missing" },
        Done("the second statement is merged into the first", PolicyFindingCodes.ConditionNotMet, (_, statements) =>
        {
            ((JArray)statements[2]["Action"]!).Add("kms:DescribeKey");
            statements.RemoveAt(3);
        }) with { Says = "no encryption context", Applies = HasTwo, IsOfSecond = true },
        Done("the condition of the first statement is on the second too", PolicyFindingCodes.ConditionNotMet, (_, statements) => statements[3]["Condition"] = statements[2]["Condition"]) with { Says = "no encryption context", Applies = HasTwo, IsOfSecond = true },
        Done("the platform's principals are in the account's statement", PolicyFindingCodes.ContextNotEnforced, (scene, statements) =>
        {
            statements[0]["Principal"]!["AWS"] = new JArray(new[] { scene.RootArn }.Concat(MistakeScene.Texts(statements[2]["Principal"]!["AWS"]!)));
            statements.RemoveAt(2);
        }) with { Applies = scene => scene.HasContext, IsMerged = false },
        Done("the account's statement is merged into the platform's", PolicyFindingCodes.ContextNotEnforced, (scene, statements) =>
        {
            statements[2]["Principal"]!["AWS"] = new JArray(new[] { scene.RootArn }.Concat(MistakeScene.Texts(statements[2]["Principal"]!["AWS"]!)));
            statements[2]["Action"] = "kms:*";
            ((JObject)statements[2]).Remove("Condition");
            statements.RemoveAt(0);
        }) with { Applies = scene => scene.HasContext },
        Done("the account's statement has the platform's Sid", "", (_, statements) =>
        {
            statements[0]["Sid"] = statements[2]["Sid"];
            statements.RemoveAt(2);
        }) with { Finding = PolicyFindingCodes.MissingPrincipal, Applies = scene => !HasTwo(scene) },
        Done("three statements have the platform's Sid and the last is right", PolicyFindingCodes.DuplicateSid, (_, statements) =>
        {
            statements[0]["Sid"] = statements[2]["Sid"];
            statements[1]["Sid"] = statements[2]["Sid"];
        }) with { IsMerged = false },
        Done("the platform's statement is there twice", PolicyFindingCodes.DuplicateSid, (_, statements) => statements.Add(statements[2].DeepClone())) with { IsMerged = false },
        Done("the platform's statement is there twice, once with another tenant", PolicyFindingCodes.DuplicateSid, (scene, statements) =>
        {
            statements.Add(statements[2].DeepClone());
            statements.Last!["Condition"] = Condition("StringEquals", scene.ContextKey, "tenant-of-others");
        }) with { Applies = scene => scene.HasContext, IsMerged = false },
        Done("each principal has a statement, and one lacks an action", PolicyFindingCodes.MissingAction, (_, statements) =>
        {
            foreach (string name in MistakeScene.Texts(statements[2]["Principal"]!["AWS"]!))
            {
                statements.Add(statements[2].DeepClone());
                statements.Last!["Principal"] = Who(name);
                statements.Last!["Sid"] = $"Qlik {statements.Count}";
            }

            statements.Last!["Action"] = new JArray("kms:Encrypt", "kms:GenerateDataKey");
            statements.RemoveAt(2);
        }) with { Applies = scene => scene.Platform.Name.StartsWith("qlik", StringComparison.Ordinal) },
        Done("the statements are in another order", "", (_, statements) =>
        {
            JToken[] reversed = [.. statements.Reverse()];
            statements.Clear();
            statements.Add(reversed);
        }),
        Mistake.With("a second statement lets the principal in without a tenant", PolicyFindingCodes.ContextNotEnforced, scene => Allow("Test", Who(scene.Principal), "kms:Decrypt")) with { Applies = scene => scene.HasContext },
        Mistake.With("the console's statement for users has the principal", PolicyFindingCodes.ContextNotEnforced, scene => Allow("Allow use of the key", Who(Alice.Replace("arn:aws:", $"arn:{scene.Partition}:", StringComparison.Ordinal), scene.Principal), new JArray("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"))) with { Applies = scene => scene.HasContext },
        Mistake.With("everybody may decrypt", PolicyFindingCodes.ContextNotEnforced, _ => Allow("Everybody", "*", "kms:Decrypt")) with { Applies = scene => scene.HasContext },
        Mistake.With("all but one may decrypt", PolicyFindingCodes.ContextNotEnforced, scene => new JObject { ["Sid"] = "All but one", ["Effect"] = "Allow", ["NotPrincipal"] = Who(scene.KeyAdmin, scene.RootArn), ["Action"] = "kms:Decrypt", ["Resource"] = "*" }) with { Applies = scene => !scene.IsOwn },
        Mistake.With("the vendor's account may do everything", PolicyFindingCodes.ContextNotEnforced, scene => Allow("Vendor", Who($"arn:{scene.Partition}:iam::{scene.PrincipalAccount}:root"), "kms:*")) with { Applies = scene => !scene.IsOwn },
        Mistake.With("a statement names a deleted user", PolicyFindingCodes.DeletedPrincipal, _ => Allow("Old", Who("AIDAEXAMPLEIDOFAUSER1"), "kms:DescribeKey")),
        Mistake.With("a statement has no action", PolicyFindingCodes.NoEffect, scene => new JObject { ["Sid"] = "Empty", ["Effect"] = "Allow", ["Principal"] = Who(scene.KeyAdmin), ["Resource"] = "*" }),
    ];

    private static IEnumerable<Mistake> Denies =>
    [
        Deny("all but an administrator are kept out", "*", scene => Condition("ArnNotLike", "aws:PrincipalArn", scene.KeyAdmin)) with { Says = "aws:PrincipalArn" },
        Deny("all but an administrator are kept out by name", "*", scene => Condition("StringNotEquals", "aws:PrincipalArn", scene.KeyAdmin, scene.RootArn)) with { Says = "aws:PrincipalArn" },
        Deny("other accounts are kept out", "*", _ => Condition("StringNotEquals", "aws:PrincipalAccount", Account)) with { Says = "aws:PrincipalAccount", Applies = scene => !scene.IsOwn },
        Deny("other accounts are kept out by the caller's account", "*", _ => Condition("StringNotEquals", "kms:CallerAccount", Account)) with { Applies = scene => !scene.IsOwn },
        Deny("other organisations are kept out", "*", _ => Condition("StringNotEquals", "aws:PrincipalOrgID", "o-exampleorgid")) with { Says = "aws:PrincipalOrgID" },
        Deny("other networks are kept out", "*", _ => Condition("NotIpAddress", "aws:SourceIp", "10.0.0.0/8")) with { Says = "aws:SourceIp" },
        Deny("other endpoints are kept out", "*", _ => Condition("StringNotEquals", "aws:SourceVpce", "vpce-0123456789abcdef0")),
        Deny("who has no second factor is kept out", "*", _ => Condition("BoolIfExists", "aws:MultiFactorAuthPresent", "false")) with { Says = "aws:MultiFactorAuthPresent" },
        Deny("who has no tag is kept out", "*", _ => Condition("Null", "aws:PrincipalTag/team", "true")),
        Deny("other tenants are kept out", "*", scene => Condition("StringNotEquals", scene.ContextKey, "tenant-of-others")) with { Applies = scene => scene.HasContext },
        Deny("everybody is kept out of the data", "*", _ => null),
        Deny("the platform's principal is kept out", "platform", _ => null),
        Deny("the platform's principal is kept out with another", "both", _ => null),
        Mistake.With("all but the account's own are kept out", Denied, scene => new JObject
        {
            ["Sid"] = "Only ours",
            ["Effect"] = "Deny",
            ["NotPrincipal"] = Who(scene.RootArn, scene.KeyAdmin),
            ["Action"] = new JArray("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant"),
            ["Resource"] = "*",
        }),
        Mistake.With("the platform is excepted without its account", Denied, scene => new JObject
        {
            ["Sid"] = "Only these",
            ["Effect"] = "Deny",
            ["NotPrincipal"] = Who([scene.KeyAdmin, .. MistakeScene.Texts(scene.Rendered[0].Statement["Principal"]!["AWS"]!)]),
            ["Action"] = new JArray("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant"),
            ["Resource"] = "*",
        }),
        new Mistake("a Deny stands over a statement that is wrong as well", Denied, (scene, policy) =>
        {
            ((JArray)policy["Statement"]!).Insert(0, Build.Deny("First", "*", new JArray("kms:Decrypt", "kms:CreateGrant"), Condition("StringNotEquals", "aws:PrincipalOrgID", "o-exampleorgid")));
            policy["Statement"]![3]!["Resource"] = OtherKey;
            return policy.ToString();
        }) { IsMerged = false },
    ];

    private static IEnumerable<Mistake> Roots =>
    [
        new Mistake("the account's statements are missing", LockedOut, (_, policy) =>
        {
            ((JArray)policy["Statement"]!).RemoveAt(0);
            ((JArray)policy["Statement"]!).RemoveAt(0);
            return policy.ToString();
        }) { Applies = scene => scene.HasContext, IsMerged = false },
        Rooted("the account's statement is for another key", root => root["Resource"] = OtherKey) with { Says = "is not this key" },
        Rooted("the account's statement allows only to look", root => root["Action"] = new JArray("kms:Describe*", "kms:Get*", "kms:List*")) with { Says = "not kms:PutKeyPolicy" },
        Rooted("the account's statement is a Deny", root => root["Effect"] = "Deny") with { Says = "is a Deny" },
        Rooted("the account's statement asks for a second factor", root => root["Condition"] = Condition("Bool", "aws:MultiFactorAuthPresent", "true")) with { Says = "aws:MultiFactorAuthPresent", Finding = PolicyFindingCodes.ConditionalAdministration },
        Rooted("the account's statement is for another account", root => root["Principal"] = Who(ForeignRoot)),
        Mistake.InRoot("the account's statement has sid", Malformed, (_, root) => StatementMistakes.Rename(root, "Sid", "sid")),
        Mistake.InRoot("the account's statement has the effect allow", Malformed, (_, root) => root["Effect"] = "allow"),
        Mistake.InRoot("the account's statement has the principal as a text", Malformed, (_, root) => root["Principal"] = root["Principal"]!["AWS"]),
    ];

    private static IEnumerable<Mistake> Texts =>
    [
        new("the version is of no such day", Malformed, (_, policy) => policy.ToString().Replace("2012-10-17", "2012-17-10", StringComparison.Ordinal)) { IsMerged = false },
        new("the element is called Statements", Malformed, (_, policy) => policy.ToString().Replace("\"Statement\"", "\"Statements\"", StringComparison.Ordinal)) { IsMerged = false },
        new("the element is called version", Malformed, (_, policy) => policy.ToString().Replace("\"Version\"", "\"version\"", StringComparison.Ordinal)) { IsMerged = false },
        new("there is no version", "", (_, policy) => policy.ToString().Replace("\"Version\": \"2012-10-17\",", "", StringComparison.Ordinal)),
        new("a hidden character is in a Sid", PolicyFindingCodes.InvalidCharacter, (_, policy) => policy.ToString().Replace("Key administrators", "Key\u200B administrators", StringComparison.Ordinal)) { IsMerged = false, Says = "can't be seen" },
        new("a dash of a word processor is in a Sid", PolicyFindingCodes.InvalidCharacter, (_, policy) => policy.ToString().Replace("Key administrators", "Key \u2013 administrators", StringComparison.Ordinal)) { IsMerged = false },
        new("the policy is too long by white space", PolicyFindingCodes.PolicyTooLarge, (_, policy) => policy + new string(' ', 40_000)) { IsMerged = false },
        new("the only statement is no list", PolicyFindingCodes.MissingPrincipal, (_, policy) =>
        {
            policy["Statement"] = policy["Statement"]![0];
            return policy.ToString(Formatting.None);
        }),
    ];

    private static bool HasTwo(MistakeScene scene) => scene.Platform.Name is "qlik-cloud" or "qlik-cloud-government" or "standalone";

    private static Mistake Done(string name, string finding, Action<MistakeScene, JArray> change) => new(name, finding, (scene, policy) =>
    {
        change(scene, (JArray)policy["Statement"]!);
        return policy.ToString();
    });

    // Of the data alone: what the account's administrators may do stays out of it.
    private static Mistake Deny(string name, string who, Func<MistakeScene, JObject?> condition) => Mistake.With(name, Denied, scene => Build.Deny(
        "Keep out",
        who switch { "*" => "*", "both" => Who(scene.Principal, scene.KeyAdmin), _ => Who(scene.Principal) },
        new JArray("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant"),
        condition(scene)));

    private static Mistake Rooted(string name, Action<JObject> change) => new(name, LockedOut, (_, policy) =>
    {
        ((JArray)policy["Statement"]!).RemoveAt(1);
        change((JObject)policy["Statement"]![0]!);
        return policy.ToString();
    })
    { Applies = scene => scene.HasContext, IsMerged = false };
}
