using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Migration;

/// <summary>Several processes write the messages of one tenant anew, and any of them may leave or die.</summary>
public sealed class JoinedMigrationTests
{
    private const int Files = 600;

    [Fact]
    public async Task Two_processes_share_the_work_and_both_say_that_it_is_done()
    {
        await using Scene scene = await Scene.BeginAsync();
        Task<KeyMigration> first = scene.StartAsync();
        KeyMigration seen = await scene.HeldAsync();

        Task<KeyMigration> second = scene.Other.Service.Migrations.JoinAsync(seen.Id, new MigrationRunOptions { DegreeOfParallelism = 1 });
        await scene.OtherWroteAsync();
        scene.LetGo();

        foreach (KeyMigration done in await Task.WhenAll(first, second).WaitAsync(TimeSpan.FromSeconds(60)))
        {
            Assert.Equal((MigrationState.Completed, (long)Files, (long)Files, 0L), (done.State, done.Total, done.Done, done.Failed));
        }

        await scene.AssertReadableAsync();
        Assert.Equal(0L, (await scene.Service.InternalAsync()).MessageCount);
        Assert.Equal(ErrorCodes.Success, (await scene.Other.Service.Events.VerifyAsync()).Code);
    }

    [Fact]
    public async Task Of_a_runner_that_died_the_others_take_over_what_it_had_claimed()
    {
        await using Scene scene = await Scene.BeginAsync();
        Task<KeyMigration> first = scene.StartAsync();
        KeyMigration seen = await scene.HeldAsync();
        Task<KeyMigration> second = scene.Other.Service.Migrations.JoinAsync(seen.Id);
        await scene.OtherWroteAsync();

        scene.Service.Sql("UPDATE sessions SET process_started = process_started - 1 WHERE id = (SELECT session_id FROM migration_runners WHERE runner = (SELECT runner FROM migration_ranges WHERE number = 1))");

        KeyMigration done = await second.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((MigrationState.Completed, (long)Files, 0L), (done.State, done.Done, done.Failed));
        scene.LetGo();
        await Task.WhenAny(first);
        Assert.Equal(0L, scene.Service.SqlValue("SELECT count(*) FROM migration_ranges"));
        await scene.AssertReadableAsync();
        Assert.Equal(0L, (await scene.Service.InternalAsync()).MessageCount);
    }

    [Fact]
    public async Task Who_began_it_may_leave_while_another_goes_on()
    {
        await using Scene scene = await Scene.BeginAsync();
        using var stop = new CancellationTokenSource();
        Task<KeyMigration> first = scene.StartAsync(stop.Token);
        KeyMigration seen = await scene.HeldAsync();
        Task<KeyMigration> second = scene.Other.Service.Migrations.JoinAsync(seen.Id);
        await scene.OtherWroteAsync();

        await stop.CancelAsync();
        scene.LetGo();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        Assert.Equal(MigrationState.Completed, (await second.WaitAsync(TimeSpan.FromSeconds(60))).State);
        await scene.AssertReadableAsync();
    }

    [Theory]
    [InlineData(MigrationState.Suspended)]
    [InlineData(MigrationState.Stopped)]
    public async Task All_obey_who_asks_them_to_leave(MigrationState asked)
    {
        await using Scene scene = await Scene.BeginAsync();
        scene.Pace = TimeSpan.FromMilliseconds(10);
        Task<KeyMigration> first = scene.StartAsync();
        KeyMigration seen = await scene.HeldAsync();
        Task<KeyMigration> second = scene.Other.Service.Migrations.JoinAsync(seen.Id);
        await using TestService third = await scene.Service.OpenAnotherAsync();

        Task<KeyMigration> asking = asked == MigrationState.Suspended ? third.Service.Migrations.SuspendAsync(seen.Id) : third.Service.Migrations.StopAsync(seen.Id);
        while (scene.Service.SqlValue("SELECT requested FROM migrations") is DBNull)
        {
            await Task.Yield();
        }

        scene.LetGo();
        KeyMigration ended = await asking.WaitAsync(TimeSpan.FromSeconds(60));
        await Task.WhenAll(first, second).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(asked, ended.State);
        await scene.AssertReadableAsync();
        Assert.Equal(0L, scene.Service.SqlValue("SELECT count(*) FROM migration_runners"));
    }

    [Fact]
    public async Task Who_asks_what_to_join_is_given_what_the_fewest_work_on()
    {
        await using Scene scene = await Scene.BeginAsync();
        KeyMigrationService migrations = scene.Other.Service.Migrations;
        await scene.Service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "globex" });
        await scene.Other.ProtectAsync(scene.Service.Folders.Random("of-globex"), "globex");
        string old = (await scene.Other.Service.Keys.ListAsync("globex")).Single().KekId;
        KeyProvider target = (await scene.Service.Service.Providers.ListAsync(new KeyProviderFilter { TenantId = "globex" })).Single();
        Assert.Null(await migrations.FindToJoinAsync());

        Task<KeyMigration> first = scene.StartAsync();
        KeyMigration ofAcme = await scene.HeldAsync();
        Assert.Equal(ofAcme.Id, (await migrations.FindToJoinAsync())?.Id);
        Task<KeyMigration> joined = migrations.JoinAsync(ofAcme.Id);
        await scene.OtherWroteAsync();
        Task<KeyMigration> second = Task.Run(() => scene.Service.Service.Migrations.StartAsync(
            "globex", target.Id, new KeyMigrationOptions { Mode = MigrationMode.Reencrypt, KekIds = [old], DegreeOfParallelism = 1 }));
        while ((await migrations.ListAsync("globex")).SingleOrDefault()?.State != MigrationState.InProgress)
        {
            await Task.Delay(10);
        }

        Assert.Equal("globex", (await migrations.FindToJoinAsync())?.TenantId);
        KeyMigration ofGlobex = (await migrations.ListAsync("globex")).Single();
        Assert.Equal(ofAcme.Id, (await migrations.FindToJoinAsync([ofGlobex.Id]))?.Id);
        Assert.Null(await migrations.FindToJoinAsync([ofGlobex.Id, ofAcme.Id]));

        scene.LetGo();
        Assert.All(await Task.WhenAll(first, joined, second).WaitAsync(TimeSpan.FromSeconds(60)), ended => Assert.Equal(MigrationState.Completed, ended.State));
        Assert.Null(await migrations.FindToJoinAsync());
    }

    [Fact]
    public async Task What_nobody_works_on_or_one_process_alone_can_do_is_not_joined()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyMigration moved = await service.Service.Migrations.StartAsync("acme", (await service.RegisterAsync("One")).Id);
        await service.ProtectAsync(service.Folders.Random("one"));
        KeyMigration written = await service.Service.Migrations.StartAsync(
            "acme", (await service.RegisterAsync("Two")).Id, new KeyMigrationOptions { Mode = MigrationMode.Reencrypt });

        Assert.Equal(ErrorCodes.TransitionForbidden, await Refusal.CodeOfAsync(() => service.Service.Migrations.JoinAsync(moved.Id)));
        Assert.Equal(ErrorCodes.TransitionForbidden, await Refusal.CodeOfAsync(() => service.Service.Migrations.JoinAsync(written.Id)));
        Assert.Equal(ErrorCodes.MigrationNotFound, await Refusal.CodeOfAsync(() => service.Service.Migrations.JoinAsync("mig-none")));
    }

    /// <summary>A tenant with several ranges of files, and a runner that is held at its first file.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _otherWrote = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _letGo = new();
        private string[] _messages = [];

        private Scene(TestService service, TestService other, KeyProvider target) => (Service, Other, Target) = (service, other, target);

        public TestService Service { get; }

        public TestService Other { get; }

        public KeyProvider Target { get; }

        /// <summary>How long each file takes at the least, so that who looks several times a second is heard before all is done.</summary>
        public TimeSpan Pace { get; set; }

        public static async Task<Scene> BeginAsync()
        {
            var effects = new HookedFileEffects();
            var otherEffects = new HookedFileEffects();
            TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = effects }, folders: TestFolders.InMemory());
            FileRequest[] requests =
            [
                .. Enumerable.Range(0, Files).Select(i => service.Folders.Random($"file-{i:d4}", 10)).Select(path => new FileRequest(path, path + FilePlanner.Extension)),
            ];
            Assert.All(await service.ProtectAsync(requests), outcome => Assert.Null(outcome.Error));
            TestService other = await service.OpenAnotherAsync(options => options with { FileEffects = otherEffects });
            var scene = new Scene(service, other, await service.RegisterAsync("CMK")) { _messages = [.. requests.Select(request => request.Destination)] };
            effects.BeforeCreate = _ =>
            {
                scene._held.TrySetResult();
                scene._letGo.Wait(TimeSpan.FromSeconds(60));
                Thread.Sleep(scene.Pace);
            };
            otherEffects.BeforeCreate = _ => Thread.Sleep(scene.Pace);
            otherEffects.BeforeFlushFolder = _ => scene._otherWrote.TrySetResult();
            return scene;
        }

        public Task<KeyMigration> StartAsync(CancellationToken stop = default) => Task.Run(() => Service.Service.Migrations.StartAsync(
            "acme", Target.Id, new KeyMigrationOptions { Mode = MigrationMode.Reencrypt, DegreeOfParallelism = 1 }, cancellationToken: stop));

        public async Task<KeyMigration> HeldAsync()
        {
            await _held.Task.WaitAsync(TimeSpan.FromSeconds(30));
            return Assert.Single(await Other.Service.Migrations.ListAsync("acme"));
        }

        public Task OtherWroteAsync() => _otherWrote.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public void LetGo() => _letGo.Set();

        public async Task AssertReadableAsync()
        {
            foreach (FileOutcome<UnprotectedFile> outcome in await Other.UnprotectAsync(
                [.. _messages.Select(message => new FileRequest(message, message + ".back"))], new UnprotectOptions { Strict = true }))
            {
                Assert.Null(outcome.Error);
                Assert.Equal(
                    await File.ReadAllBytesAsync(outcome.Source[..^FilePlanner.Extension.Length]), await File.ReadAllBytesAsync(outcome.Result!.Path));
            }
        }

        public async ValueTask DisposeAsync()
        {
            LetGo();
            await Other.DisposeAsync();
            await Service.DisposeAsync();
            _letGo.Dispose();
        }
    }
}
