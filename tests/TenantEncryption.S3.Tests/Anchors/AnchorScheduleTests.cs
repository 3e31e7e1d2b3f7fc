using System.Diagnostics;
using System.Net;
using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.S3.Tests.Faults;
using TenantEncryption.Testing;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.S3.Tests.Anchors;

/// <summary>Services that put anchors into a bucket by themselves.</summary>
public sealed class AnchorScheduleTests(ObjectServer server) : IClassFixture<ObjectServer>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Anchors_go_on_being_made_while_the_bucket_hangs_and_come_to_it_when_it_does_not()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server);
        var clock = new ManualTimeProvider();
        var hangs = new TaskCompletionSource();
        scene.Bucket.Proxy.Faults = request => request.Operation == "PutObject" ? new Fault.Meanwhile(() => hangs.Task) : null;
        await using TenantEncryptionService scheduled = await scene.Product.OpenAsync(
            options => options with { Time = clock, Anchors = new AnchorSchedule { Interval = Interval, Places = new AnchorPlaces { Bucket = scene.Place } } });

        for (int number = 2; number <= 4; number++)
        {
            await scene.ChangeAsync();
            await WaitAsync(async () => (await scene.Product.Service.Anchors.ListAsync().ToListAsync()).Count >= number);
        }

        Assert.Empty(await scene.KeysAsync());
        AnchorPublication none = Assert.Single(await scheduled.Anchors.ListPublicationsAsync());
        Assert.Equal((scene.Place.Address, 0, null, true), (none.Place, none.Number, none.Time, none.IsScheduled));
        Assert.InRange(none.Behind, 4, 5);
        hangs.SetResult();
        await WaitAsync(async () => (await scheduled.Anchors.ListPublicationsAsync()).Single() is { Number: >= 4, Behind: 0 });

        Assert.Equal(Enumerable.Range(1, (await scene.KeysAsync()).Count).Select(number => scene.KeyOf(number)), await scene.KeysAsync());
        Assert.True((await scene.TestAsync()).Success);

        async Task WaitAsync(Func<Task<bool>> until)
        {
            var patience = Stopwatch.StartNew();
            while (!await until())
            {
                Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "it does not come");
                clock.Advance(TimeSpan.FromSeconds(5));
            }
        }
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Where_the_one_that_makes_anchors_can_not_put_them_there_another_does()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 1);
        await using TenantEncryptionService other = await scene.Product.OpenAsync();
        var places = new AnchorPlaces { Bucket = scene.Place };
        scene.Bucket.Proxy.Faults = _ => new Fault.Refuses(HttpStatusCode.Forbidden, "AccessDenied");
        Assert.Equal(ErrorCodes.SpaceDenied, await Refusal.CodeOfAsync(() => scene.MakeAsync()));
        scene.Bucket.Proxy.Faults = _ => null;

        // One that is on its way is nobody else's.
        Assert.Equal(2, (await other.Anchors.MakeAsync(places, Interval)).Number);
        Assert.Single(await scene.KeysAsync());

        await scene.ChangeAsync();
        await scene.Product.Service.Anchors.MakeAsync();
        Assert.Equal(3, (await other.Anchors.MakeAsync(places, Interval)).Number);
        Assert.Equal([scene.KeyOf(1), scene.KeyOf(2), scene.KeyOf(3)], await scene.KeysAsync());
    }
}
