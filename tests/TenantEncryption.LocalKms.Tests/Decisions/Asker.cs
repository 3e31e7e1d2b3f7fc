using System.Text.Json;
using System.Text.Json.Nodes;
using TenantEncryption.Policies.Findings;

namespace TenantEncryption.LocalKms.Tests.Decisions;

/// <summary>Somebody who asks: as the emulator's identity file has them, and as a question to the simulator.</summary>
/// <param name="Arn">The ARN, or the name of a service.</param>
/// <param name="IdentityPolicy">The statements of the identity policy, as JSON; empty for none.</param>
internal sealed record Asker(string Arn, string IdentityPolicy = "")
{
    private const string Anything = """{"Effect":"Allow","Action":"kms:*","Resource":"*"}""";

    public const string PermissionSet = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef";
    public const string Alice = "arn:aws:iam::111122223333:user/alice";
    public const string AppRole = "arn:aws:iam::111122223333:role/app";
    public const string AppSession = "arn:aws:sts::111122223333:assumed-role/app/worker-1";
    public const string Partner = "arn:aws:iam::444455556666:role/partner";
    public const string Service = "qbusiness.amazonaws.com";

    public static readonly Asker Root = new("arn:aws:iam::111122223333:root");

    /// <summary>A role of another account, which does not let it do anything.</summary>
    public static readonly Asker Stranger = new("arn:aws:iam::444455556666:role/bare");

    /// <summary>Of each kind of principal one, with and without identity policies.</summary>
    public static readonly Asker[] All =
    [
        Root,
        new(Alice),
        new("arn:aws:iam::111122223333:user/ops/carol", Anything),
        new("arn:aws:iam::111122223333:user/dave", $$"""{{Anything}},{"Effect":"Deny","Action":["kms:Decrypt","kms:Tag*"],"Resource":"*"}"""),
        new("arn:aws:iam::111122223333:user/eve", """{"Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:TenantId":"a"}}}"""),
        new(AppRole, """{"Effect":"Allow","NotAction":"kms:ScheduleKeyDeletion","Resource":"arn:aws:kms:*:111122223333:key/*"}""") { Tags = new() { ["tenant"] = "a" } },
        new(AppSession, """{"Effect":"Allow","NotAction":"kms:ScheduleKeyDeletion","Resource":"arn:aws:kms:*:111122223333:key/*"}""") { Role = AppRole, Tags = new() { ["tenant"] = "a" } },
        new(PermissionSet, Anything),
        new("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane", Anything) { Role = PermissionSet },
        new("arn:aws:iam::111122223333:role/team/plain"),
        new("arn:aws:sts::111122223333:assumed-role/plain/session") { Role = "arn:aws:iam::111122223333:role/team/plain" },
        new("arn:aws:sts::111122223333:federated-user/bob"),
        new("arn:aws:iam::111122223333:user/through", Anything) { Context = new() { ["kms:ViaService"] = "s3.eu-west-1.amazonaws.com", ["kms:GrantOperations"] = "Encrypt" } },
        new("arn:aws:iam::444455556666:root"),
        new(Partner, Anything),
        Stranger,
        new("arn:aws:sts::444455556666:assumed-role/partner/session", Anything) { Role = Partner },
        new(Service) { Context = new() { ["aws:SourceAccount"] = "111122223333", ["aws:SourceArn"] = "arn:aws:qbusiness:eu-west-1:111122223333:application/1" } },
        new("s3.amazonaws.com"),
    ];

    /// <summary>The role of a session, which has its policies and tags.</summary>
    public string? Role { get; init; }

    public Dictionary<string, string> Tags { get; init; } = [];

    public Dictionary<string, string> Context { get; init; } = [];

    /// <summary>The access key, which is its own secret.</summary>
    public string AccessKey => this == Root ? "local" : $"key-{Array.IndexOf(All, this)}";

    /// <summary>The entries of all in the identity file.</summary>
    public static string IdentityFile() => new JsonObject
    {
        ["principals"] = new JsonArray([.. All.Where(asker => asker != Root).Select(asker => asker.Entry())]),
    }.ToJsonString();

    /// <summary>The question of this asker, with all that the emulator knows of it.</summary>
    public AccessQuestion Question(string action) => new()
    {
        Principal = Arn,
        Action = action,
        IdentityPolicies = IdentityPolicy.Length == 0 ? [] : [Document],
        ConditionKeys = Context.Concat(Tags.Select(tag => KeyValuePair.Create("aws:PrincipalTag/" + tag.Key, tag.Value))).Append(KeyValuePair.Create("aws:SourceIp", "127.0.0.1"))
            .Concat(Context.TryGetValue("aws:SourceAccount", out string? account) ? [KeyValuePair.Create("kms:CallerAccount", account)] : [])
            .ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)[pair.Value]),
    };

    private string Document => $$"""{"Version":"2012-10-17","Statement":[{{IdentityPolicy}}]}""";

    private JsonNode Entry()
    {
        bool session = Role is not null;
        return JsonSerializer.SerializeToNode(new
        {
            arn = Arn,
            accessKeys = new[] { new { id = AccessKey, secret = AccessKey } },
            tags = session ? [] : Tags,
            context = Context,
            policies = session || IdentityPolicy.Length == 0 ? [] : new Dictionary<string, JsonElement> { ["own"] = JsonDocument.Parse(Document).RootElement },
        })!;
    }
}
