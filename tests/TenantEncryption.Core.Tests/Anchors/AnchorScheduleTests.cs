using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Anchors;

/// <summary>Anchors that services make by themselves.</summary>
public sealed class AnchorScheduleTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task One_of_several_services_makes_an_anchor_when_it_is_due_and_another_goes_on_when_that_one_dies()
    {
        var clock = new ManualTimeProvider();
        var folders = new TestFolders();
        string file = folders.At("anchors.jsonl");
        await using TestService watcher = await TestService.OpenAsync(options => options with { Time = clock }, folders: folders);
        await watcher.Service.Tenants.CreateAsync(new() { TenantId = "acme" });
        TestService[] services = [await OpenAsync(), await OpenAsync(), await OpenAsync()];

        await AssertComesAsync(1);
        await TurnAsync(2);
        await TurnAsync(3);
        await services[0].DieAsync();
        await TurnAsync(4);
        await services[1].CloseAsync();
        await TurnAsync(5);
        await services[2].CloseAsync();
        await watcher.Service.Keys.RotateAsync("acme");
        clock.Advance(Interval);

        List<Anchor> anchors = await ListAsync();
        Assert.Equal([1, 2, 3, 4, 5], anchors.Select(anchor => anchor.Number));
        Assert.All(anchors.Zip(anchors.Skip(1)), pair => Assert.True(pair.Second.Time - pair.First.Time >= Interval));
        Assert.Equal(5, Lines());
        Assert.True((await watcher.Service.Events.VerifyAsync(anchors: [AnchorEvidence.OfFile(file)])).Success);

        Task<TestService> OpenAsync() => watcher.OpenAnotherAsync(options => options with { Time = clock, Anchors = new AnchorSchedule { Interval = Interval, Places = new AnchorPlaces { Path = file } } });

        async Task<List<Anchor>> ListAsync() => await watcher.Service.Anchors.ListAsync().ToListAsync();

        // Another one may write it at this moment.
        int Lines() => File.Exists(file) ? AnchorFile.ReadText(file).Count(character => character == '\n') : 0;

        async Task TurnAsync(int number)
        {
            await watcher.Service.Keys.RotateAsync("acme");
            await AssertComesAsync(number);
        }

        // The clock goes on until somebody has made it: each of them looks when he has set his timer.
        async Task AssertComesAsync(int number)
        {
            var patience = System.Diagnostics.Stopwatch.StartNew();
            while ((await ListAsync()).Count < number || Lines() < number)
            {
                Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), $"anchor {number} does not come");
                clock.Advance(TimeSpan.FromSeconds(5));
            }

            Assert.Equal(number, (await ListAsync()).Count);
        }
    }

    [Fact]
    public async Task An_anchor_that_is_young_is_enough_whatever_was_written_since()
    {
        var clock = new ManualTimeProvider();
        await using TestService service = await TestService.WithTenantAsync(options => options with { Time = clock });
        AnchorService anchors = service.Service.Anchors;
        await anchors.MakeAsync();
        await service.Service.Keys.RotateAsync("acme");

        clock.Advance(Interval - TimeSpan.FromSeconds(1));
        Assert.Equal(1, (await anchors.MakeAsync(new AnchorPlaces(), Interval, default)).Number);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, (await anchors.MakeAsync(new AnchorPlaces(), Interval, default)).Number);
        clock.Advance(10 * Interval);
        Assert.Equal(2, (await anchors.MakeAsync(new AnchorPlaces(), Interval, default)).Number);
        await service.Service.Keys.RotateAsync("acme");

        // A clock that was set back does not end anchors for as long.
        clock.StepWallClock(TimeSpan.FromDays(-1));
        Assert.Equal(3, (await anchors.MakeAsync(new AnchorPlaces(), Interval, default)).Number);
    }

    [Fact]
    public async Task What_can_not_be_put_outside_is_warned_of_and_the_service_goes_on()
    {
        var warned = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var folders = new TestFolders();
        await using TestService service = await TestService.OpenAsync(
            options => options with { OnWarning = text => warned.TrySetResult(text), Anchors = new AnchorSchedule { Places = new AnchorPlaces { Path = folders.At("no/such/folder/a") } } },
            folders: folders);

        Assert.StartsWith("Anchor 1 of the event log is not where it shall be kept:", await warned.Task.WaitAsync(TimeSpan.FromSeconds(30)), StringComparison.Ordinal);
        await service.Service.Tenants.CreateAsync(new() { TenantId = "acme" });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-60)]
    [InlineData(0.5)]
    [InlineData(100_000)]
    public async Task An_interval_that_makes_no_sense_is_refused(double seconds) => Assert.Equal(
        ErrorCodes.InvalidInput,
        await Refusal.CodeOfAsync(() => TestService.OpenAsync(options => options with { Anchors = new AnchorSchedule { Interval = TimeSpan.FromSeconds(seconds) } })));
}
