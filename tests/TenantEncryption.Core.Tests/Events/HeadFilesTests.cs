using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Tests.Data;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Events;

public sealed class HeadFilesTests
{
    [Fact]
    public void A_folder_that_is_made_for_heads_is_fit_for_root_keys()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var folders = new TestFolders();
        new HeadFiles(folders.RootKeys, "store").Keep(new EventLogHead(null, 1, new string('0', 64)));

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folders.RootKeys));
    }

    [Fact]
    public void A_later_head_is_never_replaced_by_an_earlier_one()
    {
        using var folders = new TestFolders();
        var file = new HeadFiles(folders.RootKeys, "store");
        var later = new EventLogHead(null, 7, new string('a', 64));

        file.Keep(later);
        file.Keep(new EventLogHead(null, 6, new string('b', 64)));

        Assert.Equal(later, file.Find(""));
        Assert.Single(Directory.GetFiles(file.Location));
    }

    [SmallDiskFact]
    public void A_head_for_which_there_is_no_room_leaves_nothing()
    {
        using SmallDisk disk = SmallDisk.Mount(megabytes: 1);
        string filler = Path.Combine(disk.Folder, "filler");
        Assert.Throws<IOException>(() => File.WriteAllBytes(filler, new byte[2 << 20]));

        Assert.Throws<IOException>(() => new HeadFiles(disk.Folder, "store").Keep(new EventLogHead(null, 1, new string('0', 64))));

        Assert.Equal([filler], Directory.GetFiles(disk.Folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void What_a_dead_process_left_is_swept_and_what_another_one_writes_is_not()
    {
        using var folders = new TestFolders();
        var heads = new HeadFiles(folders.RootKeys, "store");
        Directory.CreateDirectory(heads.Location);
        string old = Write("a.head.tmp-1", minutesAgo: 10);
        string fresh = Write("a.head.tmp-2", minutesAgo: 0);

        heads.Keep(new EventLogHead(null, 1, new string('0', 64)));

        Assert.Equal((false, true), (File.Exists(old), File.Exists(fresh)));

        string Write(string name, int minutesAgo)
        {
            string path = Path.Combine(heads.Location, name);
            File.WriteAllText(path, "half");
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-minutesAgo));
            return path;
        }
    }

    [Fact]
    public void What_is_no_head_counts_as_none()
    {
        using var folders = new TestFolders();
        var heads = new HeadFiles(folders.RootKeys, "store");
        heads.Keep(new EventLogHead("acme", 1, new string('0', 64)));
        File.WriteAllText(Assert.Single(Directory.GetFiles(heads.Location)), "nonsense");

        Assert.Null(heads.Find("acme"));
        Assert.Null(heads.Find("globex"));
        Assert.Empty(heads.List());
        Assert.Empty(new HeadFiles(folders.RootKeys, "other").List());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("acme")]
    [InlineData("../../etc/passwd")]
    [InlineData("a:b:c/\\ ünï 😀")]
    public void The_head_of_any_tenant_is_kept_under_its_own_name(string? tenantId)
    {
        using var folders = new TestFolders();
        var heads = new HeadFiles(folders.RootKeys, "store");
        var head = new EventLogHead(tenantId, 7, new string('a', 64));
        heads.Keep(new EventLogHead("another", 9, new string('b', 64)));
        heads.Keep(head);

        Assert.Equal(head, heads.Find(tenantId ?? ""));
        Assert.Contains(head, heads.List());
        Assert.Equal(head, EventLogHead.Parse(head.ToString()));
        Assert.Equal(2, Directory.GetFiles(heads.Location).Length);
    }

    [Fact]
    public async Task Who_holds_it_for_a_moment_is_waited_for()
    {
        using var folders = new TestFolders();
        var file = new HeadFiles(folders.RootKeys, "store");
        var head = new EventLogHead(null, 7, new string('a', 64));
        file.Keep(head);
        Task<EventLogHead?> reading;
        using (new FileStream(Assert.Single(Directory.GetFiles(file.Location)), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            reading = Task.Run(() => file.Find(""));
            Assert.NotSame(reading, await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(200))));
        }

        Assert.Equal(head, await reading);
    }

    [Fact]
    public async Task Who_holds_it_for_long_is_a_failure_that_says_so()
    {
        await using TestService service = await TestService.WithTenantAsync();
        using (new FileStream(Directory.GetFiles(service.Folders.RootKeys, "*.head", SearchOption.AllDirectories)[0], FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            var failure = await Assert.ThrowsAsync<TenantEncryptionException>(() => service.Service.Events.VerifyAsync());
            Assert.Equal(ErrorCodes.StorageFailed, failure.Code);
            Assert.Contains("another program has it open", failure.Message, StringComparison.Ordinal);
        }

        Assert.True((await service.Service.Events.VerifyAsync()).Success);
    }
}
