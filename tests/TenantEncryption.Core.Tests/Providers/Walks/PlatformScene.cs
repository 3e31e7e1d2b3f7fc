using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Newtonsoft.Json.Linq;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Providers.Walks;

/// <summary>
/// A tenant of a platform and a key of its own in the platform's region, as an administrator prepares it: right in every respect until a test
/// breaks something.
/// </summary>
internal sealed class PlatformScene : IAsyncDisposable
{
    private const string Account = "111122223333";

    private static readonly Dictionary<string, string> Regions = new()
    {
        ["standalone"] = "eu-west-1",
        ["qlik-cloud"] = "eu-west-1",
        ["qlik-cloud-government"] = "us-gov-west-1",
        ["tableau-cloud"] = "us-east-2",
        ["amazon-q-business"] = "us-east-1",
    };

    private readonly List<AmazonKeyManagementServiceClient> _clients = [];

    private PlatformScene(TestService service, PlatformProfile platform, string region) => (Service, Platform, Region) = (service, platform, region);

    public TestService Service { get; }

    public PlatformProfile Platform { get; }

    public string Region { get; }

    public string? Backup => Platform.FindRegion(Region)?.Backup;

    public string KeyArn { get; set; } = "";

    public KmsConnection Connection => new() { EndpointUrl = Service.Keys.Url, Region = Region };

    /// <param name="platform">The platform.</param>
    /// <param name="keys">A KMS of the test's own, which it disposes; <see langword="null"/> for the shared one.</param>
    /// <param name="region">The tenant's region; <see langword="null"/> for one that the platform serves, with a backup region where it asks for any.</param>
    public static async Task<PlatformScene> BeginAsync(string platform, SharedKms? keys = null, string? region = null)
    {
        TestService service = await TestService.OpenAsync(keys: keys);
        var scene = new PlatformScene(service, PlatformCatalog.FindBuiltIn(platform)!, region ?? Regions[platform]);
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", Platform = platform, Region = scene.Region });
        scene.KeyArn = await scene.CreateKeyAsync(scene.Backup is null ? [] : [scene.Backup]);
        return scene;
    }

    /// <summary>A client of the account's administrator.</summary>
    public AmazonKeyManagementServiceClient In(string region)
    {
        AmazonKeyManagementServiceClient client = Service.Keys.AdministratorOf(region);
        _clients.Add(client);
        return client;
    }

    /// <summary>Makes a key, multi-Region when it gets replicas, with KMS's default policy.</summary>
    public async Task<string> CreateKeyAsync(IReadOnlyList<string> replicaRegions, KeySpec? spec = null, string? region = null)
    {
        AmazonKeyManagementServiceClient kms = In(region ?? Region);
        var request = new CreateKeyRequest { MultiRegion = replicaRegions.Count > 0, KeySpec = spec ?? KeySpec.SYMMETRIC_DEFAULT, KeyUsage = KeyUsageType.ENCRYPT_DECRYPT };
        string arn = (await kms.CreateKeyAsync(request)).KeyMetadata.Arn;
        foreach (string replica in replicaRegions)
        {
            await kms.ReplicateKeyAsync(new ReplicateKeyRequest { KeyId = arn, ReplicaRegion = replica });
        }

        return arn;
    }

    /// <summary>What the administrator knows of the vendor's side.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Parameters => Platform.Name switch
    {
        "standalone" => new Dictionary<string, IReadOnlyList<string>> { ["Users"] = ["arn:aws:iam::444455556666:role/platform"] },
        "tableau-cloud" => new Dictionary<string, IReadOnlyList<string>> { ["SidSuffix"] = ["1234567890abc"], ["Account"] = ["123456789012"], ["SessionPrincipal"] = ["abcXYZ12"] },
        "amazon-q-business" => new Dictionary<string, IReadOnlyList<string>> { ["AdminRole"] = [$"arn:aws:iam::{Account}:role/Admin"] },
        _ => new Dictionary<string, IReadOnlyList<string>>(),
    };

    public string? ContextValue => Platform.ContextValueRequired ? "sf-auth-of-acme" : null;

    public async Task<KeyProvider> RegisterAsync(string? identifier = null, KmsConnection? connection = null) =>
        await Service.Service.Providers.RegisterAsync(new NewKeyProvider
        {
            TenantId = "acme",
            Name = "CMK",
            KeyIdentifier = identifier ?? KeyArn,
            ContextValue = ContextValue,
            Parameters = Parameters,
            Connection = connection ?? Connection,
        });

    public async Task<KeyProviderTestResult> TestAsync(string? identifier = null, KmsConnection? connection = null) =>
        await Service.Service.Providers.TestKeyAsync(new KeyCandidate
        {
            TenantId = "acme",
            KeyIdentifier = identifier ?? KeyArn,
            ContextValue = ContextValue,
            Parameters = Parameters,
            Connection = connection ?? Connection,
        });

    /// <summary>The policy that the platform needs beside the account's own statement, which a test may change.</summary>
    public JObject Policy(string? keyArn = null)
    {
        var key = KeyIdentifier.Parse(keyArn ?? KeyArn);
        IReadOnlyList<RenderedStatement> statements = PlatformStatements.Render(Platform, new PolicyValues
        {
            TenantIds = [ContextValue ?? "acme"],
            ContextValue = ContextValue,
            Key = key,
            Parameters = Parameters,
        });
        return new JObject
        {
            ["Version"] = "2012-10-17",
            ["Statement"] = new JArray(
                new object[]
                {
                    new JObject
                    {
                        ["Sid"] = "Enable IAM User Permissions",
                        ["Effect"] = "Allow",
                        ["Principal"] = new JObject { ["AWS"] = $"arn:{key.Partition}:iam::{Account}:root" },
                        ["Action"] = "kms:*",
                        ["Resource"] = "*",
                    },
                }.Concat(statements.Select(statement => statement.Statement))),
        };
    }

    /// <summary>Puts the right policy, changed or not, in every region of the key.</summary>
    public async Task SetPolicyAsync(Action<JObject>? change = null, string? keyArn = null, bool alsoInReplica = true)
    {
        string arn = keyArn ?? KeyArn;
        string[] regions = Backup is null || !alsoInReplica ? [Region] : [Region, Backup];
        foreach (string region in regions)
        {
            JObject policy = Policy(KeyArnIn(region, arn));
            change?.Invoke(policy);
            await PutAsync(region, KeyArnIn(region, arn), policy.ToString());
        }
    }

    public Task PutAsync(string region, string keyArn, string policy) =>
        In(region).PutKeyPolicyAsync(new PutKeyPolicyRequest { KeyId = keyArn, PolicyName = "default", Policy = policy });

    /// <summary>The platform's first statement of a policy.</summary>
    public static JObject Statement(JObject policy) => (JObject)policy["Statement"]![1]!;

    public static string KeyArnIn(string region, string keyArn)
    {
        string[] parts = keyArn.Split(':');
        parts[3] = region;
        return string.Join(':', parts);
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await Service.DisposeAsync();
    }
}
