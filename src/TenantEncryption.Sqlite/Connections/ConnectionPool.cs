using System.Collections.Concurrent;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Connections;

/// <summary>Keeps connections that no transaction uses, so that settings and prepared statements are made once.</summary>
internal sealed class ConnectionPool(string path, SqliteStoreOptions options) : IDisposable
{
    private readonly ConcurrentBag<StoreConnection> _readers = [];
    private readonly ConcurrentBag<StoreConnection> _writers = [];
    private volatile bool _disposed;

    /// <summary>Takes a connection out, or opens one.</summary>
    public StoreConnection Take(StoreAccess access)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (BagOf(access).TryTake(out StoreConnection? idle))
        {
            return idle;
        }

        StoreConnection connection = StoreConnection.Open(path, options);
        try
        {
            connection.Configure(options);
            if (access == StoreAccess.Read)
            {
                connection.Run("PRAGMA query_only = ON");
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Puts a connection without a transaction back.</summary>
    public void Return(StoreConnection connection, StoreAccess access)
    {
        ConcurrentBag<StoreConnection> bag = BagOf(access);
        if (bag.Count >= Environment.ProcessorCount)
        {
            connection.Dispose();
            return;
        }

        bag.Add(connection);
        if (_disposed)
        {
            Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        while (_readers.TryTake(out StoreConnection? connection) || _writers.TryTake(out connection))
        {
            connection.Dispose();
        }
    }

    private ConcurrentBag<StoreConnection> BagOf(StoreAccess access) => access == StoreAccess.Read ? _readers : _writers;
}
