using Npgsql;
using TenantEncryption.StoreContract;
using TenantEncryption.Stores;
using TenantEncryption.Testing;

namespace TenantEncryption.PostgreSql.Tests;

/// <summary>A store in a schema of its own, which goes with it.</summary>
public sealed class TemporaryStore : StoreUnderTest
{
    private readonly string _server;

    public TemporaryStore()
        : this(PostgreSqlServer.Shared)
    {
    }

    internal TemporaryStore(string server)
    {
        _server = server;
        Database = new PostgreSqlStore(_server, Options with { Time = Time });
    }

    internal string Schema { get; } = "te_" + Guid.NewGuid().ToString("N");

    internal PostgreSqlStore Database { get; }

    internal PostgreSqlStoreOptions Options => new() { Schema = Schema, Create = true };

    internal override IStore Store => Database;

    internal override string Address => $"postgresql:{Schema}:{_server}";

    internal override IStore Another(TimeSpan? patience = null, bool byTime = false) =>
        new PostgreSqlStore(_server, (patience is null ? Options : Options with { BusyTimeout = patience.Value }) with { Time = byTime ? Time : null });

    /// <summary>Runs a statement past the store, as another program would.</summary>
    internal async Task RunAsync(string sql)
    {
        await using NpgsqlDataSource source = Connect();
        await using NpgsqlCommand command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Connections past the store, as another program would have them.</summary>
    internal NpgsqlDataSource Connect() => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_server) { SearchPath = Schema });

    public override async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await RunAsync($"DROP SCHEMA IF EXISTS {Schema} CASCADE");
    }
}
