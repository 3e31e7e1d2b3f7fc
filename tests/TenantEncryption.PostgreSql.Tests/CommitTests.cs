using Newtonsoft.Json.Linq;
using Npgsql;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.StoreContract;
using TenantEncryption.Stores;
using TenantEncryption.Testing;

namespace TenantEncryption.PostgreSql.Tests;

/// <summary>What becomes of a change whose connection, or whose server, goes while it is kept.</summary>
public sealed class CommitTests
{
    private const int Rounds = 100;

    [Fact]
    public async Task A_connection_that_is_cut_while_it_commits_loses_nothing_and_does_nothing_twice()
    {
        await using var store = new TemporaryStore();
        await store.WriteAsync(t => t.Tenants.AddAsync(Sample.Tenant("acme")));
        var direct = new NpgsqlConnectionStringBuilder(PostgreSqlServer.Shared);
        using var proxy = new CuttingProxy(direct.Port);
        await using var cut = new PostgreSqlStore(new NpgsqlConnectionStringBuilder(PostgreSqlServer.Shared) { Host = "127.0.0.1", Port = proxy.Port }.ConnectionString, store.Options);
        await cut.OpenAsync();

        for (int round = 1; round <= Rounds; round++)
        {
            int one = round;
            proxy.CutNext(round % 2 == 0 ? Cut.Before : Cut.After);
            await ((IStore)cut).WriteAsync(StoreScope.Of("acme"), t => AppendAsync(t, one), default);
        }

        IReadOnlyList<StoredEvent> events = await store.ReadAsync(t => t.Events.ListChainAsync("acme", 0, int.MaxValue));
        Assert.Equal(Enumerable.Range(1, Rounds), events.Select(one => (int)JObject.Parse(one.Json)["round"]!));
        Assert.Equal(Rounds, proxy.Cuts);
    }

    [Fact]
    public async Task A_server_that_was_killed_and_is_back_is_found_again_with_all_that_was_kept()
    {
        using var server = new PostgreSqlServer();
        await using var store = new TemporaryStore(server.ConnectionString);
        await store.WriteAsync(t => t.Tenants.AddAsync(Sample.Tenant("acme")));
        await store.WriteAsync(t => AppendAsync(t, 1));

        server.Kill();
        server.Start();
        await store.Store.WriteAsync(StoreScope.Of("acme"), t => AppendAsync(t, 2), default);

        Assert.Equal(2, (await store.ReadAsync(t => t.Events.LastAsync("acme")))!.Sequence);
    }

    [Fact]
    public async Task A_server_that_stays_away_is_unreachable_and_its_transaction_ends()
    {
        using var server = new PostgreSqlServer();
        await using var made = new TemporaryStore(server.ConnectionString);
        await made.WriteAsync(t => t.Tenants.AddAsync(Sample.Tenant("acme")));
        await using IStore store = made.Another(TimeSpan.FromMilliseconds(500));
        IStoreTransaction transaction = await store.BeginAsync(StoreAccess.Write, StoreScope.Of("acme"));

        server.Kill();

        await Assert.ThrowsAsync<TenantEncryptionException>(() => transaction.Tenants.RaiseEpochAsync("acme"));
        await transaction.DisposeAsync();
        var unreachable = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.BeginAsync(StoreAccess.Read, StoreScope.None));
        Assert.Equal(ErrorCodes.StoreUnreachable, unreachable.Code);
        server.Start();
    }

    private static async Task AppendAsync(IStoreTransaction transaction, int round)
    {
        long next = ((await transaction.Events.LastAsync("acme"))?.Sequence ?? 0) + 1;
        await transaction.Events.AppendAsync(new StoredEvent(
            "acme", next, 1, $$"""{"type":"com.example.round","time":"2026-03-14T12:00:00.0000000Z","tenantid":"acme","round":{{round}}}""", [0]));
    }
}
