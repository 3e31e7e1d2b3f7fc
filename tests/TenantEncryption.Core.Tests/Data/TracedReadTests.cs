using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>Nothing is read that the log does not tell of, whoever locks or fills the store, and whoever dies.</summary>
public sealed class TracedReadTests
{
    [Fact]
    public async Task A_process_that_dies_while_it_reads_leaves_what_it_was_about_to_read()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        string file = await service.ProtectAsync(service.Folders.Random("one"));
        await using TestService reading = await service.OpenAnotherAsync();
        DataSession session = reading.Service.Data.BeginSession();
        await session.UnprotectValueAsync(message);
        await session.UnprotectFilesAsync([new FileRequest(file, service.Folders.At("out"))]).ToListAsync();
        await reading.DieAsync();

        EncryptionEvent[] told = await RequestedAsync(service);

        Assert.Equal([("values", 16L), ("files", 1L)], told.Select(one => ((string)one.Data["kind"]!, (long)one.Data["atMost"]!)));
        Assert.All(told, one => Assert.Equal(("acme", "tester"), (one.TenantId, one.UserId)));
    }

    [Fact]
    public async Task More_values_are_told_of_as_they_are_read()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        await using (DataSession session = service.Service.Data.BeginSession())
        {
            for (int i = 0; i < 300; i++)
            {
                await session.UnprotectValueAsync(message);
            }
        }

        Assert.Equal([16L, 256L, 4096L], (await RequestedAsync(service)).Select(one => (long)one.Data["atMost"]!));
    }

    [Fact]
    public async Task Values_read_from_many_threads_are_never_more_than_were_told_of()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        await using (DataSession session = service.Service.Data.BeginSession())
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
            {
                for (int i = 0; i < 34; i++)
                {
                    await session.UnprotectValueAsync(message);
                }
            })));
        }

        Assert.Equal([16L, 256L], (await RequestedAsync(service)).Select(one => (long)one.Data["atMost"]!));
    }

    [Fact]
    public async Task What_is_only_verified_is_not_told_of_before()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        string file = await service.ProtectAsync(service.Folders.Random("one"));
        await using (DataSession session = service.Service.Data.BeginSession())
        {
            Assert.True((await session.TestValueAsync(message)).Success);
            Assert.True((await session.TestFilesAsync([file]).ToListAsync())[0].Result!.Success);
        }

        Assert.Empty(await RequestedAsync(service));
    }

    [Fact]
    public async Task While_another_program_holds_the_store_nothing_is_read()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        string[] files = [await service.ProtectAsync(service.Folders.Random("one")), await service.ProtectAsync(service.Folders.Random("two"))];
        await using TestService reading = await service.OpenAnotherAsync(busyTimeout: TimeSpan.FromMilliseconds(300));
        await reading.ReadValueAsync(message);
        DataSession session = reading.Service.Data.BeginSession();
        using (service.Lock())
        {
            Assert.Equal(ErrorCodes.StoreLocked, await Refusal.CodeOfAsync(async () => await session.UnprotectValueAsync(message)));
            List<FileOutcome<UnprotectedFile>> outcomes = await session.UnprotectFilesAsync(
                [.. files.Select((file, index) => new FileRequest(file, service.Folders.At("out" + index)))]).ToListAsync();
            Assert.All(outcomes, outcome => Assert.Equal(ErrorCodes.StoreLocked, outcome.Error?.Code));
            Assert.False(File.Exists(service.Folders.At("out0")) || File.Exists(service.Folders.At("out1")));
        }

        Assert.Equal([1], (await session.UnprotectValueAsync(message)).Plaintext);
        await session.DisposeAsync();
    }

    [SmallDiskFact]
    public async Task On_a_full_disk_nothing_is_read()
    {
        using SmallDisk disk = SmallDisk.Mount(megabytes: 4);
        await using TestService service = await TestService.WithTenantAsync(folders: TestFolders.In(disk.Folder));
        byte[] message = await service.ProtectValueAsync([1]);
        await service.ReadValueAsync(message);
        string filler = Path.Combine(disk.Folder, "filler");
        Assert.Throws<IOException>(() => File.WriteAllBytes(filler, new byte[8 << 20]));

        DataSession session = service.Service.Data.BeginSession();
        Assert.Equal(ErrorCodes.StorageFailed, await Refusal.CodeOfAsync(async () => await session.UnprotectValueAsync(message)));
        File.Delete(filler);
        Assert.Equal([1], (await session.UnprotectValueAsync(message)).Plaintext);
        await session.DisposeAsync();
    }

    [Fact]
    public async Task While_another_program_holds_the_store_a_tenant_that_allows_untraced_reads_is_read_and_told_of_later()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.UpdateAsync("acme", new TenantUpdate { UntracedReads = true });
        byte[] message = await service.ProtectValueAsync([1]);
        string[] files = [await service.ProtectAsync(service.Folders.Random("one")), await service.ProtectAsync(service.Folders.Random("two"))];
        await using (TestService reading = await service.OpenAnotherAsync(busyTimeout: TimeSpan.FromMilliseconds(300)))
        {
            using (service.Lock())
            {
                await using (DataSession session = reading.Service.Data.BeginSession())
                {
                    Assert.Equal([1], (await session.UnprotectValueAsync(message)).Plaintext);
                    List<FileOutcome<UnprotectedFile>> outcomes = await session.UnprotectFilesAsync(
                        [.. files.Select((file, index) => new FileRequest(file, service.Folders.At("out" + index)))]).ToListAsync();
                    Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
                }

                Assert.Contains("'acme'", Assert.Single(reading.Warnings), StringComparison.Ordinal);
            }

            Assert.Empty(await RequestedAsync(service));
        }

        Assert.Equal([("values", true), ("files", true)], (await RequestedAsync(service)).Select(one => ((string)one.Data["kind"]!, (bool)one.Data["late"]!)));
        Assert.Equal((2L, 1L), (await service.EventsAsync()).Where(one => one.Type.EndsWith(EventTypes.DataUnprotected, StringComparison.Ordinal))
            .Select(one => ((long)one.Data["files"]!, (long)one.Data["values"]!)).Single());
    }

    [Fact]
    public async Task That_a_tenant_allows_untraced_reads_is_nobodys_else()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "other" });
        await service.Service.Tenants.UpdateAsync("other", new TenantUpdate { UntracedReads = true });
        byte[] message = await service.ProtectValueAsync([1]);
        await using TestService reading = await service.OpenAnotherAsync(busyTimeout: TimeSpan.FromMilliseconds(300));
        using (service.Lock())
        {
            DataSession session = reading.Service.Data.BeginSession();
            Assert.Equal(ErrorCodes.StoreLocked, await Refusal.CodeOfAsync(async () => await session.UnprotectValueAsync(message)));
            Assert.Equal(ErrorCodes.StoreLocked, await Refusal.CodeOfAsync(() => session.DisposeAsync().AsTask()));
        }
    }

    [Fact]
    public async Task Who_allows_untraced_reads_by_hand_reads_nothing()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        await using TestService reading = await service.OpenAnotherAsync(busyTimeout: TimeSpan.FromMilliseconds(300));
        await reading.ReadValueAsync(message);
        DataSession session = reading.Service.Data.BeginSession();
        service.Tamper("UPDATE tenants SET untraced_reads = 1");
        using (service.Lock())
        {
            Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(async () => await session.UnprotectValueAsync(message)));
        }

        await session.DisposeAsync();
    }

    [SmallDiskFact]
    public async Task On_a_full_disk_a_tenant_that_allows_untraced_reads_is_read_and_told_of_later()
    {
        using SmallDisk disk = SmallDisk.Mount(megabytes: 4);
        await using TestService service = await TestService.WithTenantAsync(folders: TestFolders.In(disk.Folder));
        await service.Service.Tenants.UpdateAsync("acme", new TenantUpdate { UntracedReads = true });
        byte[] message = await service.ProtectValueAsync([1]);
        string filler = Path.Combine(disk.Folder, "filler");
        Assert.Throws<IOException>(() => File.WriteAllBytes(filler, new byte[8 << 20]));
        await using (DataSession session = service.Service.Data.BeginSession())
        {
            Assert.Equal([1], (await session.UnprotectValueAsync(message)).Plaintext);
        }

        Assert.Single(service.Warnings);
        File.Delete(filler);
        await service.CloseAsync();
        await using TestService later = await service.OpenAnotherAsync();
        Assert.Single(await RequestedAsync(later));
    }

    [SmallDiskFact]
    public async Task A_store_file_that_can_only_be_read_serves_a_tenant_that_allows_untraced_reads_and_no_other()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "other" });
        await service.Service.Tenants.UpdateAsync("acme", new TenantUpdate { UntracedReads = true });
        byte[] message = await service.ProtectValueAsync([1]);
        byte[] others = await service.ProtectValueAsync([2], "other");
        await service.CloseAsync();
        using (ReadOnlyFile.Mount(service.DatabaseFile))
        {
            await using TestService reading = await service.OpenAnotherAsync();
            await using (DataSession session = reading.Service.Data.BeginSession())
            {
                Assert.Equal([1], (await session.UnprotectValueAsync(message)).Plaintext);
            }

            Assert.Single(reading.Warnings);
            DataSession refused = reading.Service.Data.BeginSession();
            string code = await Refusal.CodeOfAsync(async () => await refused.UnprotectValueAsync(others));
            Assert.Equal(code, await Refusal.CodeOfAsync(() => refused.DisposeAsync().AsTask()));
            Assert.Equal(ErrorCodes.StoreUnusable, code);
        }
    }

    private static async Task<EncryptionEvent[]> RequestedAsync(TestService service) =>
        [.. (await service.EventsAsync()).Where(one => one.Type.EndsWith(EventTypes.DataRequested, StringComparison.Ordinal))];
}
