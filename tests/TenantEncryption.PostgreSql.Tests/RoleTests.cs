using Npgsql;
using TenantEncryption.Errors;
using TenantEncryption.StoreContract;
using TenantEncryption.Stores;
using TenantEncryption.Testing;

namespace TenantEncryption.PostgreSql.Tests;

/// <summary>The role that works with the store, and what is done to a store past it.</summary>
public sealed class RoleTests
{
    [Fact]
    public async Task A_role_that_owns_nothing_does_all_work()
    {
        await using var store = new TemporaryStore();
        (string role, string connection) = await MakeRoleAsync(store);
        await using var application = new PostgreSqlStore(connection, store.Options with { Create = false });

        await application.WriteAsync(StoreScope.Of("acme"), t => Sample.AddTenantWithKeyAsync(t, "acme"), default);
        await application.WriteAsync(StoreScope.Of("acme"), t => t.Events.AppendAsync(Sample.Event(1)), default);
        await application.WriteAsync(StoreScope.Of("acme"), t => t.Catalog.AddAsync([Sample.Entry("m1", "acme", "/a", "kek-acme")]), default);
        await application.WriteAsync(StoreScope.Of("acme"), t => t.Catalog.RemoveAsync(["m1"]), default);

        Assert.Equal("acme", (await application.ReadAsync(t => t.Tenants.FindAsync("acme"), default))!.TenantId);
        Assert.Null(application.FindExposure());
        await store.RunAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
    }

    [Theory]
    [InlineData("UPDATE events SET mac = '\\x00'")]
    [InlineData("DELETE FROM events")]
    [InlineData("TRUNCATE events")]
    [InlineData("INSERT INTO events (chain, sequence, log_key_id, json, mac) SELECT chain, sequence + 2, log_key_id, json, mac FROM events")]
    [InlineData("CREATE TEMPORARY TABLE events (chain text, sequence bigint, type text, json text); DELETE FROM {schema}.events")]
    [InlineData("UPDATE catalog SET kek_id = 'other'")]
    [InlineData("UPDATE platforms SET json = '{}'")]
    [InlineData("UPDATE schema_version SET version = 7")]
    [InlineData("ALTER TABLE events DISABLE TRIGGER ALL")]
    [InlineData("CREATE TRIGGER t BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION never_change()")]
    [InlineData("CREATE TABLE another (a int)")]
    [InlineData("CREATE OR REPLACE FUNCTION events_never_go() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'")]
    public async Task The_role_that_works_can_not_change_the_log_its_guards_or_the_schema(string attempt)
    {
        await using var store = new TemporaryStore();
        (string role, string connection) = await MakeRoleAsync(store);
        await store.WriteAsync(t => t.Events.AppendAsync(Sample.Event(1)));
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { SearchPath = store.Schema });
        await using NpgsqlCommand command = source.CreateCommand(attempt.Replace("{schema}", store.Schema, StringComparison.Ordinal));

        await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());

        Assert.Equal(1, (await store.ReadAsync(t => t.Events.LastAsync("acme")))!.Sequence);
        await store.RunAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
    }

    [Theory]
    [InlineData("CREATE FUNCTION eat() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER t BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION eat()", "trigger t on events")]
    [InlineData("DROP TRIGGER events_never_change ON events", "trigger events_never_change on events")]
    [InlineData("ALTER TABLE events DISABLE TRIGGER events_never_go", "trigger events_never_go on events")]
    [InlineData("CREATE OR REPLACE FUNCTION never_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'", "function never_change")]
    [InlineData("CREATE RULE r AS ON INSERT TO events DO INSTEAD NOTHING", "rule r on events")]
    [InlineData("ALTER TABLE tenants ADD COLUMN planted text", "column tenants.planted")]
    [InlineData("DROP INDEX key_providers_active", "index key_providers_active")]
    [InlineData("ALTER TABLE wrap_reservations DROP CONSTRAINT wrap_reservations_kek_id_fkey", "constraint wrap_reservations_kek_id_fkey")]
    [InlineData("ALTER TABLE events ENABLE ROW LEVEL SECURITY", "relation events")]
    [InlineData("CREATE VIEW planted AS SELECT 1", "relation planted")]
    public async Task A_schema_that_was_altered_is_refused_with_what_differs(string alteration, string named)
    {
        await using var store = new TemporaryStore();
        await store.Database.OpenAsync();
        await store.RunAsync(alteration);
        await using IStore again = store.Another();

        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => again.BeginAsync(StoreAccess.Read, StoreScope.None));

        Assert.Equal(ErrorCodes.StoreAltered, refused.Code);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    // A role is the server's, so its name is the test's own.
    private static async Task<(string Role, string Connection)> MakeRoleAsync(TemporaryStore store)
    {
        string role = "role_" + store.Schema;
        await store.RunAsync($"CREATE ROLE {role} LOGIN PASSWORD 'hush'");
        await using var owner = new PostgreSqlStore(PostgreSqlServer.Shared, store.Options with { ApplicationRole = role });
        await owner.OpenAsync();
        return (role, new NpgsqlConnectionStringBuilder(PostgreSqlServer.Shared) { Username = role, Password = "hush" }.ConnectionString);
    }
}
