using Microsoft.Data.Sqlite;
using TenantEncryption.Errors;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Tests;

/// <summary>The folder and the file of a store.</summary>
public sealed class OpeningTests
{
    [Fact]
    public async Task Naming_a_store_makes_nothing()
    {
        await using var store = new TemporaryStore();

        Assert.False(Directory.Exists(store.Folder));
        Assert.Equal(Path.Combine(store.Folder, "tenantencryption.db"), store.Store.Location);
    }

    [Fact]
    public async Task A_folder_that_is_no_store_stays_as_it_is_unless_one_may_be_made()
    {
        await using var store = new TemporaryStore(new SqliteStoreOptions { Create = false });

        var missing = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.Database.OpenAsync());
        Assert.Equal(ErrorCodes.StoreNotFound, missing.Code);
        Assert.Contains(store.Folder, missing.Detail, StringComparison.Ordinal);
        Assert.False(Directory.Exists(store.Folder));

        Directory.CreateDirectory(store.Folder);
        await File.WriteAllBytesAsync(store.DatabaseFile, []);
        Assert.Equal(ErrorCodes.StoreNotFound, (await Assert.ThrowsAsync<TenantEncryptionException>(() => store.Database.OpenAsync())).Code);
        Assert.Equal(0, new FileInfo(store.DatabaseFile).Length);
    }

    [Fact]
    public async Task A_store_that_is_there_opens_without_leave_to_make_one()
    {
        await using var store = new TemporaryStore();
        await store.WriteAsync(t => t.Settings.SetAsync("a", [1]));

        await using var again = new SqliteStore(store.Folder, new SqliteStoreOptions { Create = false });
        await again.OpenAsync();
    }

    [Theory]
    [InlineData("CREATE TRIGGER planted BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END", "trigger planted")]
    [InlineData("CREATE TRIGGER planted AFTER UPDATE OF status ON key_providers BEGIN UPDATE key_providers SET status = OLD.status WHERE id = OLD.id; END", "trigger planted")]
    [InlineData("CREATE VIEW planted AS SELECT * FROM events", "view planted")]
    [InlineData("CREATE TABLE planted (a)", "table planted")]
    [InlineData("CREATE INDEX planted ON events (mac)", "index planted")]
    [InlineData("CREATE UNIQUE INDEX planted ON key_providers (status)", "index planted")]
    [InlineData("ALTER TABLE events ADD COLUMN planted TEXT", "table events")]
    [InlineData("DROP TRIGGER events_never_change", "trigger events_never_change")]
    [InlineData("DROP INDEX key_providers_active", "index key_providers_active")]
    [InlineData("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'is changed', 'is altered') WHERE name = 'events_never_change'", "trigger events_never_change")]
    public async Task A_schema_that_this_software_did_not_make_is_refused_at_open_and_while_it_is_open(string statement, string named)
    {
        await using var store = new TemporaryStore();
        await store.WriteAsync(t => t.Settings.SetAsync("a", [1]));
        Change(store, statement);

        await using var another = new SqliteStore(store.Folder);
        var opening = await Assert.ThrowsAsync<TenantEncryptionException>(() => another.BeginAsync(StoreAccess.Read));
        Assert.Equal(ErrorCodes.StoreAltered, opening.Code);
        Assert.Contains(named, opening.Message, StringComparison.Ordinal);
        if (!statement.StartsWith("PRAGMA", StringComparison.Ordinal))
        {
            // Past the schema's own counter a connection that is open goes on with what it read.
            Assert.Equal(ErrorCodes.StoreAltered, (await Assert.ThrowsAsync<TenantEncryptionException>(() => store.Store.BeginAsync(StoreAccess.Write, StoreScope.All))).Code);
        }
    }

    [Theory]
    [InlineData(UnixFileMode.OtherWrite, default(UnixFileMode), "0602")]
    [InlineData(UnixFileMode.GroupWrite, default(UnixFileMode), "0620")]
    [InlineData(default(UnixFileMode), UnixFileMode.OtherWrite, "0702")]
    [InlineData(default(UnixFileMode), UnixFileMode.OtherWrite | UnixFileMode.StickyBit, null)]
    [InlineData(UnixFileMode.OtherRead, UnixFileMode.OtherExecute, null)]
    public async Task That_others_may_write_it_is_told_with_the_mode(UnixFileMode file, UnixFileMode folder, string? mode)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using var store = new TemporaryStore();
        await store.WriteAsync(t => t.Settings.SetAsync("a", [1]));
        Assert.Null(store.Store.FindExposure());
        File.SetUnixFileMode(store.DatabaseFile, File.GetUnixFileMode(store.DatabaseFile) | file);
        File.SetUnixFileMode(store.Folder, File.GetUnixFileMode(store.Folder) | folder);

        if (mode is null)
        {
            Assert.Null(store.Store.FindExposure());
        }
        else
        {
            Assert.Contains(mode, store.Store.FindExposure(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Statistics_and_a_vacuum_change_nothing()
    {
        await using var store = new TemporaryStore();
        await store.WriteAsync(t => t.Settings.SetAsync("a", [1]));
        Change(store, "ANALYZE; VACUUM");

        Assert.Equal(new byte[] { 1 }, await store.ReadAsync(t => t.Settings.GetAsync("a")));
    }

    [Fact]
    public async Task A_new_store_is_readable_by_its_owner_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using var store = new TemporaryStore();
        await store.WriteAsync(t => t.Settings.SetAsync("a", [1]));

        const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(OwnerReadsAndWrites | UnixFileMode.UserExecute, File.GetUnixFileMode(store.Folder));
        foreach (string file in Directory.GetFiles(store.Folder))
        {
            Assert.Equal(OwnerReadsAndWrites, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task A_disposed_store_leaves_one_closed_file()
    {
        await using var store = new TemporaryStore();
        await store.WriteAsync(t => t.Settings.SetAsync("a", [1]));
        await store.ReadAsync(t => t.Settings.GetAsync("a"));

        await store.Store.DisposeAsync();

        // The last connection that closes removes the write-ahead log.
        Assert.Equal([store.DatabaseFile], Directory.GetFiles(store.Folder));
    }

    [Fact]
    public async Task A_store_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        await using var store = new TemporaryStore();
        await store.Database.OpenAsync();
        await store.Store.DisposeAsync();
        Change(store, "PRAGMA journal_mode = DELETE; PRAGMA user_version = 99");
        byte[] before = await File.ReadAllBytesAsync(store.DatabaseFile);

        await using var again = new SqliteStore(store.Folder);
        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => again.BeginAsync(StoreAccess.Write));

        Assert.Equal(ErrorCodes.StoreNewer, refused.Code);
        Assert.Contains("99", refused.Message);
        Assert.Equal(before, await File.ReadAllBytesAsync(store.DatabaseFile));
        Assert.Equal([store.DatabaseFile], Directory.GetFiles(store.Folder));
    }

    [Fact]
    public async Task A_store_that_another_process_raises_to_a_newer_version_is_used_no_more()
    {
        await using var store = new TemporaryStore();
        await store.Database.OpenAsync();
        Change(store, "PRAGMA user_version = 99");

        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.Store.BeginAsync(StoreAccess.Read, StoreScope.All));

        Assert.Equal(ErrorCodes.StoreNewer, refused.Code);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(100_000)]
    public async Task A_file_that_is_no_database_is_refused_and_left_as_it_is(int length)
    {
        await using var store = new TemporaryStore();
        Directory.CreateDirectory(store.Folder);
        byte[] content = [.. Enumerable.Repeat((byte)'x', length)];
        await File.WriteAllBytesAsync(store.DatabaseFile, content);

        await UnusableAsync(store, "not a SQLite database");

        Assert.Equal(content, await File.ReadAllBytesAsync(store.DatabaseFile));
    }

    [Theory]
    [InlineData("CREATE TABLE notes (text)")]
    [InlineData("PRAGMA user_version = 1")]
    public async Task Another_programs_database_is_refused_and_left_as_it_is(string sql)
    {
        await using var store = new TemporaryStore();
        Directory.CreateDirectory(store.Folder);
        Change(store, sql);
        byte[] before = await File.ReadAllBytesAsync(store.DatabaseFile);

        await UnusableAsync(store, "another program's");

        Assert.Equal(before, await File.ReadAllBytesAsync(store.DatabaseFile));
    }

    [Fact]
    public async Task A_damaged_database_is_told()
    {
        await using var store = new TemporaryStore();
        await store.WriteAsync(t => t.Settings.SetAsync("a", [1]));
        await store.Store.DisposeAsync();
        using (FileStream file = File.OpenWrite(store.DatabaseFile))
        {
            file.Position = 4096;
            file.Write(new byte[file.Length - 4096]);
        }

        await using var again = new SqliteStore(store.Folder);
        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(async () =>
        {
            await using IStoreTransaction transaction = await again.BeginAsync(StoreAccess.Read);
            await transaction.Settings.GetAsync("a");
        });

        Assert.Equal(ErrorCodes.StoreUnusable, refused.Code);
    }

    [Fact]
    public async Task A_folder_in_the_place_of_the_database_is_told()
    {
        await using var store = new TemporaryStore();
        Directory.CreateDirectory(store.DatabaseFile);

        await UnusableAsync(store, "is a folder");
    }

    [Fact]
    public async Task A_folder_that_can_not_be_made_is_told_with_its_path_and_cause()
    {
        await using var parent = new TemporaryStore();
        Directory.CreateDirectory(parent.Folder);
        string file = Path.Combine(parent.Folder, "file");
        await File.WriteAllTextAsync(file, "a file");

        await using var store = new SqliteStore(Path.Combine(file, "store"));
        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.OpenAsync());

        Assert.Equal(ErrorCodes.StoreUnusable, refused.Code);
        Assert.Contains(store.Location, refused.Message);
        Assert.IsAssignableFrom<IOException>(refused.InnerException);
    }

    [Fact]
    public async Task A_folder_in_which_nothing_can_be_made_is_told()
    {
        // A folder of the kernel, so that even root is refused.
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        await using var store = new SqliteStore("/proc/self");
        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.OpenAsync());

        Assert.Equal(ErrorCodes.StoreUnusable, refused.Code);
        Assert.Contains("/proc/self", refused.Message);
    }

    [Fact]
    public async Task Opening_can_be_tried_again_when_its_cause_is_mended()
    {
        await using var store = new TemporaryStore();
        Directory.CreateDirectory(store.DatabaseFile);
        await Assert.ThrowsAsync<TenantEncryptionException>(() => store.Database.OpenAsync());
        Directory.Delete(store.DatabaseFile);

        await store.Database.OpenAsync();

        Assert.True(File.Exists(store.DatabaseFile));
    }

    private static async Task UnusableAsync(TemporaryStore store, string cause)
    {
        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.Store.BeginAsync(StoreAccess.Write, StoreScope.All));
        Assert.Equal(ErrorCodes.StoreUnusable, refused.Code);
        Assert.Contains(store.DatabaseFile, refused.Message);
        Assert.Contains(cause, refused.Message);
    }

    private static void Change(TemporaryStore store, string sql)
    {
        using SqliteConnection connection = store.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
