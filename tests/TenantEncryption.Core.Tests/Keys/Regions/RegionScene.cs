using TenantEncryption.Events;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;
using TenantEncryption.LocalKms.Faults;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Keys.Regions;

/// <summary>A tenant <c>acme</c> whose multi-Region key has its home in eu-west-1 and a replica in eu-west-3, at a KMS whose regions a test shuts.</summary>
internal sealed class RegionScene : IAsyncDisposable
{
    public const string Home = "eu-west-1";
    public const string Backup = "eu-west-3";

    private RegionScene(SharedKms kms, ManualTimeProvider time, TestService service, KeyProvider cmk) =>
        (Kms, Time, Service, Cmk) = (kms, time, service, cmk);

    public SharedKms Kms { get; }

    public ManualTimeProvider Time { get; }

    public TestService Service { get; }

    public KeyProvider Cmk { get; }

    public static async Task<RegionScene> BeginAsync(KeyHierarchy hierarchy = KeyHierarchy.Hierarchical, params string[] replicas)
    {
        SharedKms kms = await SharedKms.StartAsync();
        var time = new ManualTimeProvider();
        TestService service = await TestService.OpenAsync(options => options with { Time = time }, keys: kms);
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", KeyHierarchy = hierarchy });
        string arn = await kms.CreateMultiRegionKeyAsync(replicas.Length == 0 ? [Backup] : replicas);
        KeyProvider cmk = await service.Service.Providers.EnableAsync((await service.RegisterAsync("CMK", keyIdentifier: arn)).Id);
        service.Kms.Forget();
        return new RegionScene(kms, time, service, cmk);
    }

    /// <summary>Another service on the same store and with the same clock, as another process would open it.</summary>
    public Task<TestService> OpenAnotherAsync() => Service.OpenAnotherAsync(options => options with { Time = Time });

    public void Shut(params string[] regions) => Kms.Faults = new FaultPlan { RegionsDown = [.. regions] };

    public void Open() => Kms.Faults = FaultPlan.None;

    /// <summary>Has the pause end after which home is tried again.</summary>
    public void WaitForNextTry() => Time.Advance(RegionCircuits.Pause);

    public string ArnIn(string region) => Cmk.KeyArn!.Replace(Home, region, StringComparison.Ordinal);

    public void ForgetKeys() => Service.Service.Keys.ClearLeases();

    /// <summary>The regions that were asked, in order, without what a look at the key asks.</summary>
    public IReadOnlyList<string> Asked =>
        [.. Service.Kms.Calls.Where(call => call.Operation != "DescribeKey").Select(call => KeyIdentifier.Parse(call.KeyId).Region!)];

    public async Task<IReadOnlyList<EncryptionEvent>> EventsAsync(string type) =>
        [.. (await Service.EventsAsync()).Where(one => one.Type.EndsWith(type, StringComparison.Ordinal))];

    public Task<KeyProvider> ProviderAsync() => Service.ProviderAsync("CMK");

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Kms.DisposeAsync();
    }
}
