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
    public void What_is_no_head_counts_as_none()
    {
        using var folders = new TestFolders();
        Directory.CreateDirectory(folders.RootKeys);
        File.WriteAllText(Path.Combine(folders.RootKeys, "store.head"), "nonsense");

        Assert.Null(new HeadFile(folders.RootKeys, "store").Read());
        Assert.Null(new HeadFile(folders.RootKeys, "other").Read());
    }
}
