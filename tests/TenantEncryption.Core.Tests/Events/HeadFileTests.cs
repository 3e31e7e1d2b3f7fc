using TenantEncryption.Events;
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

    [Fact]
    public void A_head_that_could_not_be_put_in_place_leaves_nothing()
    {
        using var folders = new TestFolders();
        Directory.CreateDirectory(Path.Combine(folders.RootKeys, "store.head"));

        Assert.ThrowsAny<Exception>(() => new HeadFile(folders.RootKeys, "store").Keep(new EventLogHead(1, new string('0', 64))));

        Assert.Empty(Directory.GetFiles(folders.RootKeys));
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
}
