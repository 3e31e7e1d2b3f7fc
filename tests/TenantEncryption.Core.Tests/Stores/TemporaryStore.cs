using Microsoft.Data.Sqlite;
using TenantEncryption.Sqlite;
using TenantEncryption.Stores;

namespace TenantEncryption.Core.Tests.Stores;

/// <summary>A store in a folder of its own, which goes with it.</summary>
internal sealed class TemporaryStore : IAsyncDisposable
{
    public TemporaryStore(SqliteStoreOptions? options = null)
    {
        Folder = Path.Combine(Path.GetTempPath(), "tenc-store-" + Guid.NewGuid().ToString("N"));
        Store = new SqliteStore(Folder, options ?? new SqliteStoreOptions());
    }

    public string Folder { get; }

    public SqliteStore Store { get; }

    public string DatabaseFile => Store.Location;

    /// <summary>Does a thing in a committed transaction.</summary>
    public async Task WriteAsync(Func<IStoreTransaction, Task> work)
    {
        await using IStoreTransaction transaction = await Store.BeginAsync(StoreAccess.Write);
        await work(transaction);
        await transaction.CommitAsync();
    }

    /// <summary>Reads a thing in a committed transaction that changes it.</summary>
    public async Task<T> WriteAsync<T>(Func<IStoreTransaction, Task<T>> work)
    {
        await using IStoreTransaction transaction = await Store.BeginAsync(StoreAccess.Write);
        T result = await work(transaction);
        await transaction.CommitAsync();
        return result;
    }

    public async Task<T> ReadAsync<T>(Func<IStoreTransaction, Task<T>> work)
    {
        await using IStoreTransaction transaction = await Store.BeginAsync(StoreAccess.Read);
        return await work(transaction);
    }

    /// <summary>A connection past the store, as another program would have one.</summary>
    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={DatabaseFile};Pooling=False;Default Timeout=1");
        connection.Open();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
