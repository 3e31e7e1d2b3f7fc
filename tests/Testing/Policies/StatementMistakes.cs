using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Findings;
using static TenantEncryption.Testing.Policies.Build;

namespace TenantEncryption.Testing.Policies;

/// <summary>Slips in the principals, actions, resource, effect and Sid of a platform's statement.</summary>
internal static class StatementMistakes
{
    private const string Malformed = PolicyFindingCodes.MalformedStatement;
    private const string MissingPrincipal = PolicyFindingCodes.MissingPrincipal;
    private const string MissingAction = PolicyFindingCodes.MissingAction;
    private const string WrongResource = PolicyFindingCodes.WrongResource;

    public static IEnumerable<Mistake> All => [.. Principals, .. Actions, .. Resources, .. Others];

    private static IEnumerable<Mistake> Principals =>
    [
        Named("the principal is somebody else's role", MissingPrincipal, (scene, _) => $"arn:{scene.Partition}:iam::999988887777:role/SomethingElse"),
        Named("a letter of the principal is missing", MissingPrincipal, (_, name) => name.Replace("role", "role", StringComparison.Ordinal).Remove(name.Length - 2, 1)) with { Says = "is not" },
        Named("two letters of the principal are swapped", MissingPrincipal, (_, name) => Swap(name, name.Length - 4)) with { Says = "is not" },
        Named("two digits of the account are swapped", MissingPrincipal, (scene, name) => name.Replace(scene.PrincipalAccount, Swap(scene.PrincipalAccount, 3) is var other && other != scene.PrincipalAccount ? other : Swap(scene.PrincipalAccount, 5), StringComparison.Ordinal)) with { Says = "account", Applies = scene => !scene.IsOwn },
        Named("the principal is of another partition", MissingPrincipal, (scene, name) => name.Replace($"arn:{scene.Partition}:", "arn:aws-cn:", StringComparison.Ordinal)) with { Says = "partition" },
        Named("a user stands for the role", MissingPrincipal, (_, name) => name.Replace(":role/", ":user/", StringComparison.Ordinal)) with { Says = "a user for a role", Applies = scene => !scene.IsSession },
        Named("a session stands for the role", MissingPrincipal, (_, name) => name.Replace(":iam:", ":sts:", StringComparison.Ordinal).Replace(":role/", ":assumed-role/", StringComparison.Ordinal) + "/i-0123456789") with { Says = "session", Applies = scene => !scene.IsSession },
        Named("another session of the role is named", MissingPrincipal, (_, name) => name[..(name.LastIndexOf('/') + 1)] + "otherSession99") with { Applies = scene => scene.IsSession },
        Named("the principal is in another case", MissingPrincipal, (_, name) => name[..(name.LastIndexOf('/') + 1)] + name[(name.LastIndexOf('/') + 1)..].ToUpperInvariant()) with { Says = "is not" },
        Named("the role got a path", MissingPrincipal, (_, name) => name.Replace(":role/", ":role/service-role/", StringComparison.Ordinal)) with { Applies = scene => !scene.IsSession },
        Named("the account stands for the principal", PolicyFindingCodes.DelegatedToAccount, (scene, _) => $"arn:{scene.Partition}:iam::{scene.PrincipalAccount}:root") with { Says = "account" },
        Named("the account's digits stand for the principal", PolicyFindingCodes.DelegatedToAccount, (scene, _) => scene.PrincipalAccount) with { Says = "account" },
        Named("the principal was deleted", PolicyFindingCodes.DeletedPrincipal, (_, _) => "AROAEXAMPLEIDOFAROLE1") with { Says = "deleted" },
        Named("a blank follows the principal", Malformed, (_, name) => name + " "),
        Named("a hidden character is in the principal", Malformed, (_, name) => name.Insert(20, "\u200B")),
        Named("the account has eleven digits", Malformed, (scene, name) => name.Replace(scene.PrincipalAccount, scene.PrincipalAccount[1..], StringComparison.Ordinal)),
        Named("a wildcard stands for the role's name", Malformed, (_, name) => name[..(name.LastIndexOf('/') + 1)] + "*"),
        Named("the ARN lacks its beginning", Malformed, (_, name) => name["arn:".Length..]),
        Mistake.In("the principal is a plain text", Malformed, (scene, statement) => statement["Principal"] = scene.Principal),
        Mistake.In("the principals are a plain list", Malformed, (scene, statement) => statement["Principal"] = new JArray(scene.Principal)),
        Mistake.In("the kind of the principal is in lower case", Malformed, (_, statement) => statement["Principal"] = new JObject { ["aws"] = statement["Principal"]!["AWS"] }),
        Mistake.In("the principal is missing", Malformed, (_, statement) => statement.Remove("Principal")),
        Mistake.In("the principals are an empty list", Malformed, (_, statement) => statement["Principal"]!["AWS"] = new JArray()),
        Mistake.In("the element is called Principals", Malformed, (_, statement) => Rename(statement, "Principal", "Principals")),
        Mistake.In("everybody is named", PolicyFindingCodes.OverbroadPrincipal, (_, statement) => statement["Principal"] = "*"),
        Mistake.In("NotPrincipal stands for Principal", PolicyFindingCodes.OverbroadPrincipal, (_, statement) => Rename(statement, "Principal", "NotPrincipal")),
        Mistake.In("the principal is of the kind Federated", MissingPrincipal, (scene, statement) => statement["Principal"] = new JObject { ["Federated"] = "cognito-identity.amazonaws.com" }),
        Mistake.In("a service is named for the principal", MissingPrincipal, (scene, statement) => statement["Principal"] = new JObject { ["Service"] = "kms.amazonaws.com" }),
        Mistake.In("only the last principal is there", MissingPrincipal, (_, statement) => statement["Principal"]!["AWS"] = statement["Principal"]!["AWS"]!.Last) with { Applies = scene => scene.Platform.Name.StartsWith("qlik", StringComparison.Ordinal) },
    ];

    private static IEnumerable<Mistake> Actions =>
    [
        Acted("an action is missing", MissingAction, actions => actions[..^1]),
        Acted("an action is misspelt", MissingAction, actions => [.. actions[..^1], actions[^1].Remove(actions[^1].Length - 2, 1)]) with { Says = "there is no action" },
        Acted("letters of an action are swapped", MissingAction, actions => [.. actions[..^1], Swap(actions[^1], actions[^1].Length - 3)]),
        Acted("a blank follows an action", MissingAction, actions => [.. actions[..^1], actions[^1] + " "]),
        Acted("an action is of another service", MissingAction, actions => [.. actions[..^1], "s3:GetObject"]),
        Acted("the actions are those to look", MissingAction, _ => ["kms:Describe*", "kms:List*"]),
        Acted("an action has no service", Malformed, actions => [.. actions[..^1], actions[^1]["kms:".Length..]]),
        Acted("a dot stands for the colon", Malformed, actions => [.. actions[..^1], actions[^1].Replace(':', '.')]),
        Acted("two actions are one text", Malformed, actions => [string.Join(',', actions)]),
        Acted("there is no action in the list", MissingAction, _ => []),
        Acted("the actions are in another case", "", actions => [.. actions.Select(action => action.ToUpperInvariant())]),
        Acted("an action stands there twice", "", actions => [.. actions, actions[0]]),
        Mistake.In("NotAction stands for Action", MissingAction, (_, statement) => Rename(statement, "Action", "NotAction")) with { Says = "all but" },
        Mistake.In("the element is called Actions", Malformed, (_, statement) => Rename(statement, "Action", "Actions")),
        Mistake.In("the element is called action", Malformed, (_, statement) => Rename(statement, "Action", "action")),
        Mistake.In("the action is missing", MissingAction, (_, statement) => statement.Remove("Action")) with { Says = "no Action" },
        Mistake.In("there are Action and NotAction", Malformed, (_, statement) => statement["NotAction"] = "kms:ScheduleKeyDeletion"),
        Mistake.In("everything is allowed", PolicyFindingCodes.OverbroadAction, (_, statement) => statement["Action"] = "kms:*") with { Applies = scene => !scene.IsOwn },
        Mistake.In("more is allowed than is asked for", PolicyFindingCodes.ExcessiveAction, (_, statement) => statement["Action"] = new JArray("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")) with { Applies = scene => !scene.IsOwn },
    ];

    private static IEnumerable<Mistake> Resources =>
    [
        Located("the resource is another key", arn => arn[..^1] + "0"),
        Located("the resource is a key of another region", arn => arn.Replace("-west-", "-south-", StringComparison.Ordinal).Replace("us-east-1", "us-east-2", StringComparison.Ordinal)),
        Located("the resource is a key of another account", arn => arn.Replace(Account, OtherAccount, StringComparison.Ordinal)),
        Located("the resource is of another partition", arn => "arn:aws-cn:" + arn.Split(':', 3)[2]),
        Located("the resource is an alias", arn => arn[..arn.IndexOf(":key/", StringComparison.Ordinal)] + ":alias/tenant-key") with { Says = "alias" },
        Located("the resource is a key id", arn => arn[(arn.IndexOf("key/", StringComparison.Ordinal) + 4)..]),
        Located("the resource is the key in capitals", arn => arn.ToUpperInvariant()),
        Located("the resource stands for a value that was never put in", _ => "arn:aws:kms:region:account-id:key/key-id"),
        Mistake.In("the resource is missing", WrongResource, (_, statement) => statement.Remove("Resource")) with { Says = "no Resource" },
        Mistake.In("there is no resource in the list", WrongResource, (_, statement) => statement["Resource"] = new JArray()),
        Mistake.In("NotResource stands for Resource", WrongResource, (_, statement) => Rename(statement, "Resource", "NotResource")),
        Mistake.In("the element is called Resources", Malformed, (_, statement) => Rename(statement, "Resource", "Resources")),
        Mistake.In("the element is called resource", Malformed, (_, statement) => Rename(statement, "Resource", "resource")),
    ];

    private static IEnumerable<Mistake> Others =>
    [
        Mistake.In("the effect is Deny", PolicyFindingCodes.ExplicitDeny, (_, statement) => statement["Effect"] = "Deny") with { Says = "is a Deny" },
        Mistake.In("the effect is in lower case", Malformed, (_, statement) => statement["Effect"] = "allow"),
        Mistake.In("the effect is misspelt", Malformed, (_, statement) => statement["Effect"] = "Alow"),
        Mistake.In("the effect is missing", Malformed, (_, statement) => statement.Remove("Effect")),
        Mistake.In("the Sid is missing", "", (_, statement) => statement.Remove("Sid")),
        Mistake.In("the Sid is another one", "", (_, statement) => statement["Sid"] = "Statement1"),
        Mistake.In("the element is called sid", Malformed, (_, statement) => Rename(statement, "Sid", "sid")),
        Mistake.In("there is an element that IAM lacks", Malformed, (_, statement) => statement["Comment"] = "for the tenant"),
        Mistake.In("two elements are in lower case", Malformed, (_, statement) =>
        {
            Rename(statement, "Effect", "effect");
            Rename(statement, "Resource", "resource");
        }),
        Mistake.In("action and principal are both wrong", MissingAction, (scene, statement) =>
        {
            statement["Action"] = "kms:GenerateDataKey";
            statement["Principal"]!["AWS"] = scene.Principal[..^1];
        }),
    ];

    public static void Rename(JObject json, string name, string other) => json.Property(name)!.Replace(new JProperty(other, json[name]));

    public static string Swap(string text, int at) => text[..at] + text[at + 1] + text[at] + text[(at + 2)..];

    private static Mistake Named(string name, string finding, Func<MistakeScene, string, string> change) => Mistake.In(name, finding, (scene, statement) =>
    {
        string[] names = MistakeScene.Texts(statement["Principal"]!["AWS"]!);
        names[0] = change(scene, names[0]);
        statement["Principal"]!["AWS"] = names.Length == 1 ? names[0] : new JArray(names);
    });

    private static Mistake Acted(string name, string finding, Func<string[], string[]> change) =>
        Mistake.In(name, finding, (_, statement) => statement["Action"] = new JArray(change(MistakeScene.Texts(statement["Action"]!))));

    private static Mistake Located(string name, Func<string, string> change) =>
        Mistake.In(name, WrongResource, (scene, statement) => statement["Resource"] = change(scene.Values.Key!.ToString()));
}
