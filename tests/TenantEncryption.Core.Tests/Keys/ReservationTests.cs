using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Keys;

public sealed class ReservationTests
{
    [Fact]
    public async Task A_key_is_rotated_by_itself_before_its_wraps_exceed_the_limit()
    {
        await using TestService service = await TestService.WithTenantAsync(options => options with { WrapLimit = 10 });
        var messages = new List<byte[]>();
        await using (DataSession session = service.Service.Data.BeginSession())
        {
            for (int i = 0; i < 35; i++)
            {
                messages.Add(await session.ProtectValueAsync("acme", new[] { (byte)i }));
            }
        }

        IReadOnlyList<KeyEncryptionKey> keys = await service.Service.Keys.ListAsync("acme");
        Assert.True(keys.Count >= 4);
        Assert.All(keys, key => Assert.InRange(key.ReservedWraps, 1, 10));
        Assert.All(messages.GroupBy(message => TenantDataProtector.ReadHeader(message).KekId), group => Assert.InRange(group.Count(), 1, 10));
        Assert.Equal(35, keys.Sum(key => key.ReservedWraps));
        for (int i = 0; i < 35; i++)
        {
            Assert.Equal([(byte)i], await service.ReadValueAsync(messages[i]));
        }
    }

    [Fact]
    public async Task A_batch_of_files_that_is_larger_than_the_limit_is_parted()
    {
        await using TestService service = await TestService.WithTenantAsync(options => options with { WrapLimit = 10 });
        FileRequest[] files = [.. Enumerable.Range(0, 25).Select(i => new FileRequest(service.Folders.Random($"{i}"), service.Folders.At($"{i}.tenc")))];

        IReadOnlyList<FileOutcome<ProtectedFile>> outcomes = await service.ProtectAsync(files);

        Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
        Assert.Equal(files.Select(file => file.Source), outcomes.Select(outcome => outcome.Source));
        IReadOnlyList<KeyEncryptionKey> keys = await service.Service.Keys.ListAsync("acme");
        Assert.All(keys, key => Assert.InRange(key.ReservedWraps, 0, 10));
        Assert.Equal(25, keys.Sum(key => key.Messages));
    }

    [Fact]
    public async Task Writers_of_several_processes_never_exceed_the_limit_together()
    {
        await using TestService service = await TestService.WithTenantAsync(options => options with { WrapLimit = 16 });
        await using TestService other = await service.OpenAnotherAsync(options => options with { WrapLimit = 16 });
        Task WriteAsync(TestService one) => Task.Run(async () =>
        {
            await using DataSession session = one.Service.Data.BeginSession();
            for (int i = 0; i < 100; i++)
            {
                await session.ProtectValueAsync("acme", new byte[] { 1 });
            }
        });

        await Task.WhenAll(WriteAsync(service), WriteAsync(service), WriteAsync(other), WriteAsync(other));

        IReadOnlyList<KeyEncryptionKey> keys = await service.Service.Keys.ListAsync("acme");
        Assert.All(keys, key => Assert.InRange(key.ReservedWraps, 0, 16));
        Assert.InRange(keys.Sum(key => key.ReservedWraps), 400, long.MaxValue);
    }

    [Fact]
    public async Task A_hundred_thousand_values_cost_at_most_two_calls_and_are_counted_exactly()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        await using (DataSession session = service.Service.Data.BeginSession())
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, 100_000), async (i, token) =>
                await session.ProtectValueAsync("acme", BitConverter.GetBytes(i), cancellationToken: token));
        }

        Assert.InRange(service.Kms.Count, 1, 2);
        Assert.Equal(100_000, (await service.ProviderAsync("CMK")).ValueCount);
        long told = (await service.EventsAsync())
            .Where(one => one.Type.EndsWith(EventTypes.DataProtected, StringComparison.Ordinal)).Sum(one => (long)one.Data["values"]!);
        Assert.Equal(100_000, told);
    }

    [Fact]
    public async Task A_writer_that_dies_leaves_its_whole_reservation_counted()
    {
        var time = new ManualTimeProvider();
        await using TestService service = await TestService.WithTenantAsync();
        TestService dying = await service.OpenAnotherAsync(options => options with { Time = time });
        DataSession session = dying.Service.Data.BeginSession();
        for (int i = 0; i < 5; i++)
        {
            await session.ProtectValueAsync("acme", new byte[] { 1 });
        }

        // It dies here: nothing is given back, and its last heartbeat grows old.
        service.EndProcesses();
        await using TestService later = await service.OpenAnotherAsync();

        Assert.Equal(0L, service.SqlValue("SELECT count(*) FROM wrap_reservations"));
        Assert.InRange((await later.InternalAsync()).ValueCount, 5, 8);
        await dying.CloseAsync();
        Assert.InRange((await later.InternalAsync()).ValueCount, 5, 8);
    }

    [Fact]
    public async Task A_writer_that_was_taken_for_dead_goes_on_under_a_new_reservation()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await using DataSession session = service.Service.Data.BeginSession();
        await session.ProtectValueAsync("acme", new byte[] { 1 });
        service.Sql("DELETE FROM sessions");

        byte[] after = await session.ProtectValueAsync("acme", new byte[] { 2 }).AsTask().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal([2], await service.ReadValueAsync(after));
        Assert.Equal(1L, service.SqlValue("SELECT count(*) FROM wrap_reservations"));
    }

    [Fact]
    public async Task A_writer_whose_keys_change_between_reserving_and_committing_writes_again_under_the_new_key()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await using TestService other = await service.OpenAnotherAsync();
        var effects = new HookedFileEffects();
        await using TestService writer = await service.OpenAnotherAsync(options => options with { FileEffects = effects });
        string rotated = "";
        int flushes = 0;
        effects.BeforeFlush = _ => rotated = flushes++ == 0 ? other.Service.Keys.RotateAsync("acme").GetAwaiter().GetResult().KekId : rotated;
        byte[] content = File.ReadAllBytes(service.Folders.Random("one"));

        await writer.ProtectAsync(service.Folders.At("one"));

        Assert.Equal(2, flushes);
        string message = service.Folders.At("one.tenc");
        Assert.Equal(rotated, (await service.Service.Data.ReadHeaderAsync(message)).KekId);
        await service.UnprotectAsync(message, service.Folders.At("out"));
        Assert.Equal(content, File.ReadAllBytes(service.Folders.At("out")));
        Assert.Equal(3, service.Folders.Snapshot().Count);
    }

    [Fact]
    public async Task A_writer_whose_keys_never_stay_gives_up_and_leaves_nothing()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await using TestService other = await service.OpenAnotherAsync();
        var effects = new HookedFileEffects { BeforeFlush = _ => other.Service.Keys.RotateAsync("acme").GetAwaiter().GetResult() };
        await using TestService writer = await service.OpenAnotherAsync(options => options with { FileEffects = effects });
        string source = service.Folders.Random("one");
        IReadOnlyDictionary<string, string> before = service.Folders.Snapshot();

        Assert.Equal(ErrorCodes.LeaseLost, await Refusal.CodeOfAsync(() => writer.ProtectAsync([new FileRequest(source, source + ".tenc")])));

        Assert.Equal(before, service.Folders.Snapshot());
        Assert.Equal(0L, service.SqlValue("SELECT count(*) FROM catalog"));
        Assert.Equal(0L, service.SqlValue("SELECT count(*) FROM wrap_reservations"));
    }

    [Fact]
    public async Task A_key_that_wears_out_while_the_provider_changes_costs_the_writer_nothing()
    {
        (TestService service, _) = await TestService.WithCmkAsync(options => options with { WrapLimit = 4 });
        await using TestService owned = service;
        KeyProvider next = await service.RegisterAsync("Next");
        await using TestService other = await service.OpenAnotherAsync();
        await using DataSession session = service.Service.Data.BeginSession();
        bool changed = false;
        service.Kms.Before = (operation, _) =>
        {
            bool change = operation == "GenerateDataKey" && !changed;
            changed |= change;
            return change ? other.Service.Providers.EnableAsync(next.Id) : Task.CompletedTask;
        };

        var messages = new List<byte[]>();
        for (int i = 0; i < 10; i++)
        {
            messages.Add(await session.ProtectValueAsync("acme", new[] { (byte)i }));
        }

        Assert.True(changed);
        service.Kms.Before = null;
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal([(byte)i], await service.ReadValueAsync(messages[i]));
        }
    }

    [Fact]
    public async Task Rotating_on_demand_keeps_the_old_key_for_reading()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] before = await service.ProtectValueAsync([1]);

        KeyEncryptionKey rotated = await service.Service.Keys.RotateAsync("acme");

        byte[] after = await service.ProtectValueAsync([2]);
        Assert.Equal(rotated.KekId, TenantDataProtector.ReadHeader(after).KekId);
        Assert.Equal(
            [KeyEncryptionKeyStatus.Previous, KeyEncryptionKeyStatus.Current], (await service.Service.Keys.ListAsync("acme")).Select(key => key.Status));
        Assert.Equal([1], await service.ReadValueAsync(before));
        Assert.Equal(ErrorCodes.TenantNotFound, await Refusal.CodeOfAsync(() => service.Service.Keys.RotateAsync("nobody")));
    }

    [Fact]
    public async Task A_rotation_that_the_provider_refuses_changes_nothing()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        await service.Keys.DisableAsync(cmk.KeyArn!);
        int keys = (await service.Service.Keys.ListAsync("acme")).Count;

        Assert.Equal(ErrorCodes.KeyDisabled, await Refusal.CodeOfAsync(() => service.Service.Keys.RotateAsync("acme")));

        Assert.Equal(keys, (await service.Service.Keys.ListAsync("acme")).Count);
    }
}
