using Newtonsoft.Json.Linq;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Findings;
using TenantEncryption.Policies.Templates;
using static TenantEncryption.Testing.Policies.Build;

namespace TenantEncryption.Testing.Policies;

/// <summary>The right policy of a platform on a key of the account 111122223333, beside the account's own statements, for a mistake to be made in.</summary>
internal sealed class MistakeScene
{
    public const string TenantId = "6BxR0mKtPqLz";
    public const string RootSid = "Enable IAM User Permissions";

    private const string KeyId = "1234abcd-12ab-34cd-56ef-1234567890ab";

    /// <param name="platform">The platform.</param>
    /// <param name="keyArn">A key that there is; <see langword="null"/> for one that is only spoken of.</param>
    public MistakeScene(string platform, string? keyArn = null)
    {
        Platform = PlatformCatalog.FindBuiltIn(platform)!;
        Values = ValuesOf(platform);
        Values = keyArn is null ? Values : Values with { Key = KeyIdentifier.Parse(keyArn) };
        Rendered = PlatformStatements.Render(Platform, Values);
        Right = Policy(
        [
            Allow(RootSid, Who(RootArn), "kms:*"),
            Allow("Key administrators of ours", Who(KeyAdmin), new JArray("kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy")),
            .. Rendered.Select(statement => statement.Statement),
        ]);
    }

    public PlatformProfile Platform { get; }

    public PolicyValues Values { get; }

    public IReadOnlyList<RenderedStatement> Rendered { get; }

    public JObject Right { get; }

    public string Partition => Values.Key!.Partition!;

    public string RootArn => $"arn:{Partition}:iam::{Account}:root";

    public string KeyAdmin => $"arn:{Partition}:iam::{Account}:role/KeyAdmin";

    /// <summary>Whether the platform's principals are of the key's own account.</summary>
    public bool IsOwn => Platform.Name is "amazon-q-business" or "standalone";

    public bool IsSession => Platform.Name == "tableau-cloud";

    public bool HasContext => Platform.Name != "amazon-q-business";

    public string ContextKey => $"kms:EncryptionContext:{Platform.ContextKey}";

    /// <summary>The key of the first condition, and its value.</summary>
    public string ConditionKey => HasContext ? ContextKey : "kms:ViaService";

    public string Value => HasContext ? TenantId : "qbusiness.us-east-1.amazonaws.com";

    /// <summary>A principal of the platform's first statement.</summary>
    public string Principal => Texts(Rendered[0].Statement[nameof(Principal)]!["AWS"]!)[0];

    public string PrincipalAccount => Principal.Split(':')[4];

    public PolicyAnalysis Analyze(string policy) => PolicyAnalyzer.Analyze(policy, Platform, Values);

    public static string[] Texts(JToken json) => json is JArray list ? [.. list.Select(item => (string)item!)] : [(string)json!];

    private static PolicyValues ValuesOf(string platform)
    {
        string region = platform switch { "qlik-cloud-government" => "us-gov-west-1", "amazon-q-business" => "us-east-1", _ => "eu-west-1" };
        string partition = platform == "qlik-cloud-government" ? "aws-us-gov" : "aws";
        string id = platform == "qlik-cloud" ? "mrk-1234abcd12ab34cd56ef1234567890ab" : KeyId;
        var values = new PolicyValues { TenantIds = [TenantId], Key = KeyIdentifier.Parse($"arn:{partition}:kms:{region}:{Account}:key/{id}") };
        return platform switch
        {
            "tableau-cloud" => values with
            {
                ContextValue = TenantId,
                Parameters = new Dictionary<string, IReadOnlyList<string>> { ["SidSuffix"] = ["1234567890abc"], ["Account"] = ["123456789012"], ["SessionPrincipal"] = ["abcXYZ12"] },
            },
            "amazon-q-business" => values with { Parameters = new Dictionary<string, IReadOnlyList<string>> { ["AdminRole"] = [$"arn:aws:iam::{Account}:role/QBusinessAdmin"] } },
            "standalone" => values with { Users = [$"arn:aws:iam::{Account}:role/platform-runtime"] },
            _ => values,
        };
    }
}
