using Microsoft.Data.Sqlite;
using TenantEncryption.StoreContract;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Tests;

/// <summary>A store in a folder of its own, which goes with it.</summary>
public sealed class TemporaryStore : StoreUnderTest
{
    public TemporaryStore()
        : this(new SqliteStoreOptions())
    {
    }

    internal TemporaryStore(SqliteStoreOptions options)
    {
        Folder = Path.Combine(Path.GetTempPath(), "tenc-store-" + Guid.NewGuid().ToString("N"));
        Database = new SqliteStore(Folder, options with { Time = Time });
    }

    internal string Folder { get; }

    internal SqliteStore Database { get; }

    internal string DatabaseFile => Database.Location;

    internal override IStore Store => Database;

    internal override string Address => "sqlite:" + Folder;

    internal override IStore Another(TimeSpan? patience = null, bool byTime = false) =>
        new SqliteStore(Folder, (patience is null ? new SqliteStoreOptions() : new SqliteStoreOptions { BusyTimeout = patience.Value }) with { Time = byTime ? Time : TimeProvider.System });

    internal override Task AssertSoundAsync()
    {
        using SqliteConnection connection = Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", command.ExecuteScalar());
        return Task.CompletedTask;
    }

    /// <summary>A connection past the store, as another program would have one.</summary>
    internal SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={DatabaseFile};Pooling=False;Default Timeout=1");
        connection.Open();
        return connection;
    }

    public override async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
