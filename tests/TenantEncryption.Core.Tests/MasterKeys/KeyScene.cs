using Amazon.KeyManagementService.Model;
using TenantEncryption.Events;
using TenantEncryption.Kms;
using TenantEncryption.LocalKms.Faults;
using TenantEncryption.MasterKeys;
using TenantEncryption.Platforms;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.MasterKeys;

/// <summary>A service beside a KMS of a test's own, in which no key exists yet.</summary>
internal sealed class KeyScene : IAsyncDisposable
{
    private KeyScene(SharedKms kms, TestService service, List<TimeSpan> waits) => (Kms, Test, Waits) = (kms, service, waits);

    public SharedKms Kms { get; }

    public TestService Test { get; }

    /// <summary>How long was waited, which took no time.</summary>
    public List<TimeSpan> Waits { get; }

    public TenantEncryptionService Service => Test.Service;

    public MasterKeyService Keys => Service.MasterKeys;

    public KmsConnection Anywhere => new() { EndpointUrl = Kms.Url };

    public static async Task<KeyScene> BeginAsync()
    {
        SharedKms kms = await SharedKms.StartAsync();
        List<TimeSpan> waits = [];
        var time = new HastyTimeProvider
        {
            OnPause = wait =>
            {
                waits.Add(wait);
                kms.Advance(wait);
            },
        };
        return new KeyScene(kms, await TestService.OpenAsync(options => options with { Time = time }, keys: kms), waits);
    }

    public NewMasterKey Request(string? platform = null, string region = "eu-west-1", params string[] tenantIds) => new()
    {
        Alias = "acme",
        Platform = platform is null ? null : PlatformCatalog.FindBuiltIn(platform),
        TenantIds = tenantIds,
        Connection = Anywhere with { Region = region },
    };

    public async Task<MasterKey> CreateAsync(NewMasterKey request) => await Keys.CreateAsync(await Keys.PlanAsync(request));

    public Task<TenantEncryptionException> RefusedAsync(NewMasterKey request) => Refusal.OfAsync(() => CreateAsync(request));

    /// <summary>A plain key of the account.</summary>
    public Task<MasterKey> CreateAsync(string region = "eu-west-1", params string[] replicas) =>
        CreateAsync(Request(region: region) with { ReplicaRegions = replicas.Length == 0 ? null : replicas });

    public Task<MasterKey> LookAsync(string keyId, string? region = null) => Keys.GetAsync(keyId, Anywhere with { Region = region });

    public async Task<string> StateAsync(string keyArn) => (await Describe(keyArn)).KeyState.Value;

    public async Task<KeyMetadata> Describe(string keyId, string? region = null)
    {
        using var client = Kms.AdministratorOf(region ?? KeyIdentifier.Parse(keyId).Region!);
        return (await client.DescribeKeyAsync(keyId)).KeyMetadata;
    }

    public async Task<string> PolicyAsync(string keyArn)
    {
        using var client = Kms.AdministratorOf(KeyIdentifier.Parse(keyArn).Region!);
        return (await client.GetKeyPolicyAsync(new GetKeyPolicyRequest { KeyId = keyArn })).Policy;
    }

    public async Task<int> CountAsync(string region = "eu-west-1")
    {
        using var client = Kms.AdministratorOf(region);
        return (await client.ListKeysAsync(new ListKeysRequest())).Keys?.Count ?? 0;
    }

    /// <summary>Has an operation of KMS get no answer, before or after it is done.</summary>
    public void Break(string operation, bool afterwards = false) => Kms.Faults = new FaultPlan
    {
        Drop = afterwards ? 0 : 1,
        Reset = afterwards ? 1 : 0,
        Operations = [operation],
    };

    public void Mend() => Kms.Faults = FaultPlan.None;

    public async Task<IReadOnlyList<EncryptionEvent>> EventsAsync(string type) =>
        [.. (await Test.EventsAsync()).Where(one => one.Type.EndsWith("." + type, StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        await Test.DisposeAsync();
        await Kms.DisposeAsync();
    }
}
