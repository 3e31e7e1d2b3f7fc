using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Migration;

/// <summary>A migration that runs is suspended, stopped and waited for from another process; its keys move side by side.</summary>
public sealed class MigrationControlTests
{
    private const int Keys = 12;

    [Theory]
    [InlineData(MigrationState.Suspended)]
    [InlineData(MigrationState.Stopped)]
    public async Task A_runner_obeys_another_process_and_loses_nothing(MigrationState asked)
    {
        await using Scene scene = await Scene.BeginAsync(holdAtKey: 4);
        Task<KeyMigration> running = scene.StartAsync();
        KeyMigration seen = await scene.RunningAsync();

        Task<KeyMigration> asking = asked == MigrationState.Suspended
            ? scene.Other.Service.Migrations.SuspendAsync(seen.Id)
            : scene.Other.Service.Migrations.StopAsync(seen.Id);
        KeyMigration ended = await asking.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal((asked, asked), (ended.State, (await running.WaitAsync(TimeSpan.FromSeconds(20))).State));
        Assert.Null((await scene.Other.Service.Migrations.GetAsync(seen.Id)).Requested);
        await scene.AssertReadableAsync();
        KeyMigration again = asked == MigrationState.Suspended
            ? await scene.Other.Service.Migrations.ResumeAsync(seen.Id)
            : await scene.Other.Service.Migrations.StartAsync("acme", scene.Target.Id);
        Assert.Equal((MigrationState.Completed, (long)Keys + 1, 0L), (again.State, again.Done, again.Failed));
        await scene.AssertReadableAsync();
        Assert.Equal(ErrorCodes.Success, (await scene.Other.Service.Events.VerifyAsync()).Code);
    }

    [Fact]
    public async Task Of_a_runner_that_died_after_it_was_asked_the_migration_is_suspended_all_the_same()
    {
        await using Scene scene = await Scene.BeginAsync(holdAtKey: 2);
        Task<KeyMigration> running = scene.StartAsync();
        KeyMigration seen = await scene.RunningAsync();
        scene.Service.EndProcesses();

        Assert.Equal(MigrationState.Suspended, (await scene.Other.Service.Migrations.SuspendAsync(seen.Id)).State);

        scene.LetGo();
        await Assert.ThrowsAnyAsync<TenantEncryptionException>(() => scene.TakenOverAsync(seen.Id, running));
    }

    [Fact]
    public async Task What_does_not_run_is_suspended_as_it_is_and_what_is_at_its_end_is_refused()
    {
        await using Scene scene = await Scene.BeginAsync(holdAtKey: null);
        KeyMigration done = await scene.StartAsync();

        Assert.Equal(ErrorCodes.TransitionForbidden, await Refusal.CodeOfAsync(() => scene.Other.Service.Migrations.SuspendAsync(done.Id)));
        Assert.Equal(ErrorCodes.TransitionForbidden, await Refusal.CodeOfAsync(() => scene.Other.Service.Migrations.StopAsync(done.Id)));
        Assert.Equal(ErrorCodes.MigrationNotFound, await Refusal.CodeOfAsync(() => scene.Other.Service.Migrations.SuspendAsync("mig-none")));
        Assert.Equal(MigrationState.Completed, (await scene.Other.Service.Migrations.WaitAsync(done.Id)).State);
    }

    [Fact]
    public async Task Of_a_migration_that_came_to_its_end_before_its_runner_heard_nothing_is_asked_any_more()
    {
        await using Scene scene = await Scene.BeginAsync(holdAtKey: 3, deaf: true);
        Task<KeyMigration> running = scene.StartAsync();
        KeyMigration seen = await scene.RunningAsync();
        Task<KeyMigration> asking = scene.Other.Service.Migrations.SuspendAsync(seen.Id);
        while (!asking.IsCompleted && (await scene.Other.Service.Migrations.GetAsync(seen.Id)).Requested is null)
        {
            await Task.Yield();
        }

        scene.LetGo();

        Assert.Equal((MigrationState.Completed, MigrationState.Completed), ((await running).State, (await asking.WaitAsync(TimeSpan.FromSeconds(20))).State));
        Assert.Null((await scene.Other.Service.Migrations.GetAsync(seen.Id)).Requested);
    }

    [Fact]
    public async Task Who_waits_from_another_process_sees_it_end_and_who_has_no_patience_sees_it_run()
    {
        await using Scene scene = await Scene.BeginAsync(holdAtKey: 3);
        Task<KeyMigration> running = scene.StartAsync();
        KeyMigration seen = await scene.RunningAsync();

        Assert.Equal(MigrationState.InProgress, (await scene.Other.Service.Migrations.WaitAsync(seen.Id, TimeSpan.Zero)).State);
        Task<KeyMigration> waiting = scene.Other.Service.Migrations.WaitAsync(seen.Id);
        Assert.False(waiting.IsCompleted);
        scene.LetGo();

        Assert.Equal(MigrationState.Completed, (await waiting.WaitAsync(TimeSpan.FromSeconds(20))).State);
        await running;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public async Task So_many_keys_as_are_asked_for_and_no_more_are_moved_at_once(int degree)
    {
        await using Scene scene = await Scene.BeginAsync(holdAtKey: null);
        int now = 0;
        int most = 0;
        scene.Service.Kms.Before = async (operation, _) =>
        {
            if (operation == "GenerateDataKey")
            {
                int together = Interlocked.Increment(ref now);
                InterlockedMax(ref most, together);
                await Task.Delay(5);
                Interlocked.Decrement(ref now);
            }
        };

        KeyMigration migration = await scene.StartAsync(degree);

        Assert.Equal((MigrationState.Completed, (long)Keys + 1), (migration.State, migration.Done));
        Assert.InRange(most, 1, degree);
        await scene.AssertReadableAsync();
    }

    [Fact]
    public async Task No_keys_at_the_same_time_is_refused() =>
        Assert.Equal(
            ErrorCodes.InvalidInput,
            await Refusal.CodeOfAsync(async () =>
            {
                await using Scene scene = await Scene.BeginAsync(holdAtKey: null);
                await scene.StartAsync(degree: -1);
            }));

    [Fact]
    public async Task Each_key_that_was_moved_is_named_by_an_event()
    {
        await using Scene scene = await Scene.BeginAsync(holdAtKey: null);
        await scene.StartAsync(8);

        IEnumerable<string?> named = (await scene.Service.EventsAsync())
            .Where(one => one.Type.EndsWith(EventTypes.MigrationProgressed, StringComparison.Ordinal))
            .SelectMany(one => (IEnumerable<object?>)one.Data["keys"]!)
            .Select(key => (string?)((IReadOnlyDictionary<string, object?>)key!)["kekId"]);

        Assert.Equal((await scene.Service.Service.Keys.ListAsync("acme")).Select(key => key.KekId).Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = Volatile.Read(ref target); seen < value; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }

    /// <summary>A tenant with twelve keys under the internal KMS, each with a value, and a target whose KMS is held at a key.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private readonly List<byte[]> _messages = [];
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private Scene(TestService service, TestService other, KeyProvider target) => (Service, Other, Target) = (service, other, target);

        public TestService Service { get; }

        public TestService Other { get; }

        public KeyProvider Target { get; }

        public static async Task<Scene> BeginAsync(int? holdAtKey, bool deaf = false)
        {
            // On a clock that stands still the runner never looks for requests.
            TestService service = await TestService.WithTenantAsync(options => deaf ? options with { Time = new DeafTimeProvider() } : options);
            KeyProvider target = await service.RegisterAsync("CMK");
            var scene = new Scene(service, await service.OpenAnotherAsync(), target);
            for (int i = 0; i < Keys; i++)
            {
                scene._messages.Add(await service.ProtectValueAsync([(byte)i]));
                if (i < Keys - 1)
                {
                    await service.Service.Keys.RotateAsync("acme");
                }
            }

            int made = 0;
            service.Kms.Before = async (operation, stop) =>
            {
                // One call tests the target.
                if (operation == "GenerateDataKey" && Interlocked.Increment(ref made) - 1 == holdAtKey)
                {
                    scene._held.SetResult();
                    await scene._letGo.Task.WaitAsync(TimeSpan.FromSeconds(60));
                }
            };
            return scene;
        }

        public Task<KeyMigration> StartAsync(int? degree = 1) => Service.Service.Migrations.StartAsync("acme", Target.Id, new KeyMigrationOptions { DegreeOfParallelism = degree });

        public async Task<KeyMigration> RunningAsync()
        {
            await _held.Task.WaitAsync(TimeSpan.FromSeconds(20));
            return Assert.Single(await Other.Service.Migrations.ListAsync("acme"));
        }

        public void LetGo() => _letGo.TrySetResult();

        public async Task TakenOverAsync(string migrationId, Task running)
        {
            await Other.Service.Migrations.ResumeAsync(migrationId);
            await running;
        }

        public async Task AssertReadableAsync()
        {
            for (int i = 0; i < Keys; i++)
            {
                Assert.Equal([(byte)i], await Other.ReadValueAsync(_messages[i]));
            }
        }

        public async ValueTask DisposeAsync()
        {
            LetGo();
            await Other.DisposeAsync();
            await Service.DisposeAsync();
        }
    }

    /// <summary>A clock that goes as all do, and rings for nobody.</summary>
    private sealed class DeafTimeProvider : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
