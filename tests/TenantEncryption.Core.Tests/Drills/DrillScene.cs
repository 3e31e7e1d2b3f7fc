using TenantEncryption.Drills;
using TenantEncryption.Events;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Drills;

/// <summary>A tenant <c>acme</c> whose Active provider stands on a key of one or more regions, at a KMS of the test's own, on a clock that does not wait.</summary>
internal sealed class DrillScene : IAsyncDisposable
{
    public const string Home = "eu-west-1";
    public const string Backup = "eu-west-3";

    private DrillScene(SharedKms kms, HastyTimeProvider time, TestService service, KeyProvider cmk) => (Kms, Time, Service, Cmk) = (kms, time, service, cmk);

    public SharedKms Kms { get; }

    public HastyTimeProvider Time { get; }

    public TestService Service { get; }

    public KeyProvider Cmk { get; }

    public DrillService Drills => Service.Service.Drills;

    public string Replica => Cmk.ReplicaKeys[0];

    public static async Task<DrillScene> BeginAsync(params string[] replicas)
    {
        SharedKms kms = await SharedKms.StartAsync();
        var time = new HastyTimeProvider { OnPause = kms.Advance };
        TestService service = await TestService.OpenAsync(options => options with { Time = time }, keys: kms);
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        string arn = replicas.Length == 0 ? await kms.CreateKeyAsync() : await kms.CreateMultiRegionKeyAsync(replicas);
        KeyProvider cmk = await service.Service.Providers.EnableAsync((await service.RegisterAsync("CMK", keyIdentifier: arn)).Id);
        service.Kms.Forget();
        return new DrillScene(kms, time, service, cmk);
    }

    public Task<TestService> OpenAnotherAsync() => Service.OpenAnotherAsync(options => options with { Time = Time });

    public async Task<DrillResult> RevokeAsync(CancellationToken cancellationToken = default) =>
        await Drills.RunRevocationAsync(await Drills.PlanRevocationAsync(Cmk.Id, cancellationToken), null, cancellationToken);

    /// <summary>Has something happen once, right before the first call of KMS that a condition fits.</summary>
    public void Once(Func<string, string, Task<bool>> isNow, Func<Task> action)
    {
        bool isDone = false;
        Service.Kms.Before = async (operation, keyId) =>
        {
            if (!isDone && await isNow(operation, keyId))
            {
                isDone = true;
                await action();
            }
        };
    }

    /// <summary>Has something happen while the drill's statement is in the policy.</summary>
    public void OnceWithdrawn(Func<Task> action) =>
        Once(async (_, _) => DrillStatement.FindIn(await Kms.PolicyAsync(Cmk.KeyArn!)).Count > 0, action);

    public async Task<IReadOnlyList<EncryptionEvent>> EventsAsync(string type) =>
        [.. (await Service.EventsAsync()).Where(one => one.Type.EndsWith(type, StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Kms.DisposeAsync();
    }
}
