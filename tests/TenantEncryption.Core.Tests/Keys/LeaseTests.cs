using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Providers;
using TenantEncryption.Sqlite;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Keys;

/// <summary>How long a plaintext key may be held. Leases are seen from outside: by the calls of KMS that they save.</summary>
public sealed class LeaseTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task A_lease_saves_calls_until_it_ends_and_is_never_extended_by_use()
    {
        await using Scene scene = await Scene.BeginAsync();

        for (int minute = 0; minute < 5; minute++)
        {
            await scene.ReadAsync();
            scene.Time.Advance(TimeSpan.FromMinutes(1) - (minute == 4 ? Instant : TimeSpan.Zero));
        }

        await scene.ReadAsync();
        Assert.Equal(1, scene.Calls);
        scene.Time.Advance(Instant);
        await scene.ReadAsync();
        Assert.Equal(2, scene.Calls);
    }

    [Fact]
    public async Task A_lease_ends_when_the_wall_clock_says_so_although_the_monotonic_one_stood_still()
    {
        await using Scene scene = await Scene.BeginAsync();
        await scene.ReadAsync();

        scene.Time.StepWallClock(Lease);
        await scene.ReadAsync();

        Assert.Equal(2, scene.Calls);
    }

    [Fact]
    public async Task A_lease_ends_when_the_monotonic_clock_says_so_although_the_wall_clock_went_back()
    {
        await using Scene scene = await Scene.BeginAsync();
        await scene.ReadAsync();

        scene.Time.StepWallClock(TimeSpan.FromDays(-1));
        scene.Time.StepMonotonicClock(Lease);
        await scene.ReadAsync();

        Assert.Equal(2, scene.Calls);
    }

    [Fact]
    public async Task A_lease_of_zero_is_one_call_an_operation()
    {
        await using Scene scene = await Scene.BeginAsync(TimeSpan.Zero);

        await scene.ReadAsync();
        await scene.ReadAsync();
        await scene.Service.ProtectValueAsync([1]);

        Assert.Equal(3, scene.Calls);
    }

    [Fact]
    public async Task The_lease_of_a_process_is_a_time_too_and_no_bare_number_before_anything_is_opened()
    {
        using var folders = new TestFolders();
        await using var store = new SqliteStore(folders.Store);

        TenantEncryptionException refusal = await Refusal.OfAsync(() => TenantEncryptionService.OpenAsync(
            store, SharedKms.Client(), new TenantEncryptionOptions { KeyLease = TimeSpan.FromTicks(30) }));

        Assert.Equal(ErrorCodes.InvalidInput, refusal.Code);
        Assert.False(Directory.Exists(folders.Store));
    }

    [Fact]
    public async Task A_process_may_hold_a_key_for_a_shorter_time_than_the_tenant_allows_but_not_for_longer()
    {
        await using Scene scene = await Scene.BeginAsync(TimeSpan.FromMinutes(1));
        await using TestService shorter = await scene.Service.OpenAnotherAsync(options => options with { Time = scene.Time, KeyLease = TimeSpan.FromSeconds(10) });
        await using TestService longer = await scene.Service.OpenAnotherAsync(options => options with { Time = scene.Time, KeyLease = TimeSpan.FromMinutes(30) });
        foreach (TestService one in new[] { shorter, longer })
        {
            await one.ReadValueAsync(scene.Message);
        }

        scene.Time.Advance(TimeSpan.FromSeconds(10));
        await shorter.ReadValueAsync(scene.Message);
        await longer.ReadValueAsync(scene.Message);
        Assert.Equal((2, 1), (shorter.Kms.Count, longer.Kms.Count));
        scene.Time.Advance(TimeSpan.FromSeconds(50));
        await longer.ReadValueAsync(scene.Message);
        Assert.Equal(2, longer.Kms.Count);
    }

    [Fact]
    public async Task Clearing_leases_forgets_them_now()
    {
        await using Scene scene = await Scene.BeginAsync();
        await scene.ReadAsync();

        scene.Service.Service.Keys.ClearLeases("globex");
        await scene.ReadAsync();
        Assert.Equal(1, scene.Calls);
        scene.Service.Service.Keys.ClearLeases("acme");
        await scene.ReadAsync();
        Assert.Equal(2, scene.Calls);
        scene.Service.Service.Keys.ClearLeases();
        await scene.ReadAsync();
        Assert.Equal(3, scene.Calls);
    }

    [Fact]
    public async Task Another_process_that_deactivates_a_provider_shuts_it_here_within_a_second()
    {
        await using Scene scene = await Scene.BeginAsync();
        await scene.Service.Service.Providers.EnableAsync((await scene.Service.RegisterAsync("Next")).Id);
        await scene.ReadAsync();
        await using TestService other = await scene.Service.OpenAnotherAsync();
        await other.Service.Providers.DisableAsync(scene.Cmk.Id, force: true);

        scene.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(ErrorCodes.ProviderDeactivated, await scene.Service.CodeOfReadingAsync(scene.Message));
    }

    [Fact]
    public async Task Another_process_that_rotates_the_key_has_this_one_write_under_the_new_key_within_a_second()
    {
        await using Scene scene = await Scene.BeginAsync();
        await using DataSession session = scene.Service.Service.Data.BeginSession();
        byte[] before = await session.ProtectValueAsync("acme", new byte[] { 1 });
        await using TestService other = await scene.Service.OpenAnotherAsync();
        string rotated = (await other.Service.Keys.RotateAsync("acme")).KekId;

        scene.Time.Advance(TimeSpan.FromSeconds(1));
        byte[] after = await session.ProtectValueAsync("acme", new byte[] { 2 });

        Assert.NotEqual(rotated, TenantDataProtector.ReadHeader(before).KekId);
        Assert.Equal(rotated, TenantDataProtector.ReadHeader(after).KekId);
        Assert.Equal([1], await scene.Service.ReadValueAsync(before));
        Assert.Equal([2], await other.ReadValueAsync(after));
    }

    [Fact]
    public async Task A_refusal_ends_every_lease_of_that_provider_and_of_no_other()
    {
        await using Scene scene = await Scene.BeginAsync();
        KeyProvider next = await scene.Service.RegisterAsync("Next");
        byte[] first = scene.Message;
        await scene.Service.Service.Keys.RotateAsync("acme");
        byte[] second = await scene.Service.ProtectValueAsync([2]);
        await scene.Service.Service.Providers.EnableAsync(next.Id);
        byte[] elsewhere = await scene.Service.ProtectValueAsync([3]);
        scene.Time.Advance(Lease);
        await scene.Service.ReadValueAsync(second);
        await scene.Service.ReadValueAsync(elsewhere);
        await scene.Service.Keys.DisableAsync(scene.Cmk.KeyArn!);

        Assert.Equal([2], await scene.Service.ReadValueAsync(second));
        Assert.Equal(ErrorCodes.KeyDisabled, await scene.Service.CodeOfReadingAsync(first));
        Assert.Equal(ErrorCodes.KeyDisabled, await scene.Service.CodeOfReadingAsync(second));
        scene.Service.Kms.Forget();
        Assert.Equal([3], await scene.Service.ReadValueAsync(elsewhere));
        Assert.Equal(0, scene.Service.Kms.Count);
    }

    [Fact]
    public async Task A_test_that_the_key_fails_ends_its_leases_too()
    {
        await using Scene scene = await Scene.BeginAsync();
        await scene.ReadAsync();
        await scene.Service.Keys.DisableAsync(scene.Cmk.KeyArn!);
        Assert.Equal([1, 2, 3], await scene.Service.ReadValueAsync(scene.Message));

        Assert.Equal(ErrorCodes.KeyDisabled, (await scene.Service.Service.Providers.TestAsync(scene.Cmk.Id)).Code);

        Assert.Equal(ErrorCodes.KeyDisabled, await scene.Service.CodeOfReadingAsync(scene.Message));
    }

    [Fact]
    public async Task An_unreachable_kms_neither_ends_a_lease_early_nor_extends_it()
    {
        await using Scene scene = await Scene.BeginAsync();
        await scene.ReadAsync();
        scene.Service.Kms.Before = (_, _) => Task.FromException(new TenantEncryptionException(ErrorCodes.KmsUnreachable));

        scene.Time.Advance(Lease - Instant);
        await scene.ReadAsync();
        scene.Time.Advance(Instant);

        Assert.Equal(ErrorCodes.KmsUnreachable, await scene.Service.CodeOfReadingAsync(scene.Message));
    }

    [Fact]
    public async Task A_hundred_readers_at_once_share_one_call()
    {
        await using Scene scene = await Scene.BeginAsync();

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(scene.ReadAsync)));

        Assert.Equal(1, scene.Calls);
    }

    [Fact]
    public async Task Key_ids_of_foreign_messages_leave_nothing_in_memory()
    {
        await using Scene scene = await Scene.BeginAsync();
        string kek = TenantDataProtector.ReadHeader(scene.Message).KekId!;
        byte[] foreign = [.. scene.Message];
        int at = foreign.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(kek));
        foreign[at + 4] = (byte)'x';

        Assert.Equal(ErrorCodes.WrongKey, await scene.Service.CodeOfReadingAsync(foreign));
        Assert.Equal(0, scene.Calls);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(2)]
    [InlineData(0)]
    public async Task Withdrawing_the_key_ends_a_read_that_is_under_way_and_leaves_nothing(int leaseSeconds)
    {
        await using Scene scene = await Scene.BeginAsync(TimeSpan.FromSeconds(leaseSeconds));
        string source = scene.Service.Folders.Random("large", 3_000_000);
        string message = await scene.ProtectInSmallFramesAsync(source);
        scene.Service.Service.Keys.ClearLeases();
        IReadOnlyDictionary<string, string> before = scene.Service.Folders.Snapshot();
        bool withdrawn = false;
        var progress = new Told<DataProgress>(_ =>
        {
            if (!withdrawn)
            {
                withdrawn = true;
                scene.Service.Keys.DisableAsync(scene.Cmk.KeyArn!).GetAwaiter().GetResult();
                scene.Time.Advance(leaseSeconds == 0 ? TimeSpan.FromSeconds(5) : TimeSpan.FromSeconds(leaseSeconds));
            }
        });

        await using DataSession session = scene.Service.Service.Data.BeginSession();
        FileOutcome<UnprotectedFile> outcome = Assert.Single(await session.UnprotectFilesAsync(
            [new FileRequest(message, scene.Service.Folders.At("out"))], new UnprotectOptions { DegreeOfParallelism = 1 }, progress).ToListAsync());

        Assert.True(withdrawn);
        Assert.Equal(ErrorCodes.KeyDisabled, outcome.Error?.Code);
        Assert.Equal(before, scene.Service.Folders.Snapshot());
    }

    [Fact]
    public async Task Withdrawing_the_key_ends_a_read_of_a_direct_tenant_when_the_wall_clock_says_so()
    {
        await using Scene scene = await Scene.BeginAsync(hierarchy: KeyHierarchy.Direct);
        string message = await scene.ProtectInSmallFramesAsync(scene.Service.Folders.Random("large", 3_000_000));
        bool withdrawn = false;
        var progress = new Told<DataProgress>(_ =>
        {
            if (!withdrawn)
            {
                withdrawn = true;
                scene.Service.Keys.DisableAsync(scene.Cmk.KeyArn!).GetAwaiter().GetResult();
                scene.Time.StepWallClock(Lease);
            }
        });

        await using DataSession session = scene.Service.Service.Data.BeginSession();
        FileOutcome<UnprotectedFile> outcome = Assert.Single(await session.UnprotectFilesAsync(
            [new FileRequest(message, scene.Service.Folders.At("out"))], new UnprotectOptions { DegreeOfParallelism = 1 }, progress).ToListAsync());

        Assert.Equal(ErrorCodes.KeyDisabled, outcome.Error?.Code);
    }

    [Fact]
    public async Task A_rotation_by_another_process_costs_a_long_read_one_call_and_does_not_end_it()
    {
        await using Scene scene = await Scene.BeginAsync(TimeSpan.Zero);
        byte[] content = File.ReadAllBytes(scene.Service.Folders.Random("large", 3_000_000));
        string message = await scene.ProtectInSmallFramesAsync(scene.Service.Folders.At("large"));
        await using TestService other = await scene.Service.OpenAnotherAsync();
        bool rotated = false;
        var progress = new Told<DataProgress>(_ =>
        {
            if (!rotated)
            {
                rotated = true;
                other.Service.Keys.RotateAsync("acme").GetAwaiter().GetResult();
                scene.Time.Advance(TimeSpan.FromSeconds(1));
            }
        });
        scene.Service.Kms.Forget();

        await using DataSession session = scene.Service.Service.Data.BeginSession();
        FileOutcome<UnprotectedFile> outcome = Assert.Single(await session.UnprotectFilesAsync(
            [new FileRequest(message, scene.Service.Folders.At("out"))], new UnprotectOptions { DegreeOfParallelism = 1 }, progress).ToListAsync());

        Assert.Null(outcome.Error);
        Assert.Equal(content, File.ReadAllBytes(outcome.Result!.Path));
        Assert.Equal(2, scene.Service.Kms.CountOf("Decrypt"));
    }

    // A tenant under a customer's key, one message of it, and a clock to step. No lease is held at the beginning.
    private sealed class Scene : IAsyncDisposable
    {
        private Scene(TestService service, KeyProvider cmk, ManualTimeProvider time, byte[] message) =>
            (Service, Cmk, Time, Message) = (service, cmk, time, message);

        public TestService Service { get; }

        public KeyProvider Cmk { get; }

        public ManualTimeProvider Time { get; }

        public byte[] Message { get; }

        public int Calls => Service.Kms.Count;

        public static async Task<Scene> BeginAsync(TimeSpan? lease = null, KeyHierarchy hierarchy = KeyHierarchy.Hierarchical)
        {
            var time = new ManualTimeProvider();
            (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(options => options with { Time = time }, lease ?? Lease, hierarchy);
            byte[] message = await service.ProtectValueAsync([1, 2, 3]);
            service.Service.Keys.ClearLeases();
            service.Kms.Forget();
            return new Scene(service, cmk, time, message);
        }

        public async Task ReadAsync() => Assert.Equal([1, 2, 3], await Service.ReadValueAsync(Message));

        public async Task<string> ProtectInSmallFramesAsync(string source)
        {
            await Service.ProtectAsync([new FileRequest(source, source + ".tenc")], new ProtectOptions { FrameLength = 1024 });
            return source + ".tenc";
        }

        public ValueTask DisposeAsync() => Service.DisposeAsync();
    }
}
