using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Tests.Data;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Events;

public sealed class HeadFileTests
{
    [Fact]
    public void A_folder_that_is_made_for_heads_is_fit_for_root_keys()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var folders = new TestFolders();
        new HeadFile(folders.RootKeys, "store").Keep(new EventLogHead(1, new string('0', 64)));

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folders.RootKeys));
    }

    [Fact]
    public void A_later_head_is_never_replaced_by_an_earlier_one()
    {
        using var folders = new TestFolders();
        var file = new HeadFile(folders.RootKeys, "store");
        var later = new EventLogHead(7, new string('a', 64));

        file.Keep(later);
        file.Keep(new EventLogHead(6, new string('b', 64)));

        Assert.Equal(later, file.Read());
        Assert.Single(Directory.GetFiles(folders.RootKeys));
    }

    [SmallDiskFact]
    public void A_head_for_which_there_is_no_room_leaves_nothing()
    {
        using SmallDisk disk = SmallDisk.Mount(megabytes: 1);
        string filler = Path.Combine(disk.Folder, "filler");
        Assert.Throws<IOException>(() => File.WriteAllBytes(filler, new byte[2 << 20]));

        Assert.Throws<IOException>(() => new HeadFile(disk.Folder, "store").Keep(new EventLogHead(1, new string('0', 64))));

        Assert.Equal([filler], Directory.GetFiles(disk.Folder));
    }

    [Fact]
    public void What_a_dead_process_left_is_swept_and_what_another_one_writes_is_not()
    {
        using var folders = new TestFolders();
        Directory.CreateDirectory(folders.RootKeys);
        string old = Write("store.head.tmp-1", minutesAgo: 10);
        string fresh = Write("store.head.tmp-2", minutesAgo: 0);
        string other = Write("other.head.tmp-3", minutesAgo: 10);

        new HeadFile(folders.RootKeys, "store").Keep(new EventLogHead(1, new string('0', 64)));

        Assert.Equal((false, true, true), (File.Exists(old), File.Exists(fresh), File.Exists(other)));

        string Write(string name, int minutesAgo)
        {
            string path = Path.Combine(folders.RootKeys, name);
            File.WriteAllText(path, "half");
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-minutesAgo));
            return path;
        }
    }

    [Fact]
    public void What_is_no_head_counts_as_none()
    {
        using var folders = new TestFolders();
        Directory.CreateDirectory(folders.RootKeys);
        File.WriteAllText(Path.Combine(folders.RootKeys, "store.head"), "nonsense");

        Assert.Null(new HeadFile(folders.RootKeys, "store").Read());
        Assert.Null(new HeadFile(folders.RootKeys, "other").Read());
    }

    [Fact]
    public async Task Who_holds_it_for_a_moment_is_waited_for()
    {
        using var folders = new TestFolders();
        var file = new HeadFile(folders.RootKeys, "store");
        var head = new EventLogHead(7, new string('a', 64));
        file.Keep(head);
        Task<EventLogHead?> reading;
        using (new FileStream(file.Location, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            reading = Task.Run(file.Read);
            Assert.NotSame(reading, await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(200))));
        }

        Assert.Equal(head, await reading);
    }

    [Fact]
    public async Task Who_holds_it_for_long_is_a_failure_that_says_so()
    {
        await using TestService service = await TestService.WithTenantAsync();
        using (new FileStream(Assert.Single(Directory.GetFiles(service.Folders.RootKeys, "*.head")), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            var failure = await Assert.ThrowsAsync<TenantEncryptionException>(() => service.Service.Events.VerifyAsync());
            Assert.Equal(ErrorCodes.StorageFailed, failure.Code);
            Assert.Contains("another program has it open", failure.Message, StringComparison.Ordinal);
        }

        Assert.True((await service.Service.Events.VerifyAsync()).Success);
    }
}
