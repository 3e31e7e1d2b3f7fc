using Npgsql;
using TenantEncryption.Errors;
using TenantEncryption.Stores;
using TenantEncryption.Testing;

namespace TenantEncryption.PostgreSql.Tests;

/// <summary>From a connection string to a store, or to what is wrong with it.</summary>
public sealed class OpeningTests
{
    [Fact]
    public async Task Where_no_store_is_none_is_made_unless_it_is_asked_for()
    {
        await using var place = new TemporaryStore();
        await using var store = new PostgreSqlStore(PostgreSqlServer.Shared, place.Options with { Create = false });

        Assert.Equal(ErrorCodes.StoreNotFound, (await Assert.ThrowsAsync<TenantEncryptionException>(() => store.OpenAsync())).Code);

        await using NpgsqlDataSource source = place.Connect();
        await using NpgsqlCommand look = source.CreateCommand($"SELECT count(*) FROM pg_namespace WHERE nspname = '{place.Schema}'");
        Assert.Equal(0L, await look.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_store_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        await using var store = new TemporaryStore();
        await store.Database.OpenAsync();
        await store.RunAsync("UPDATE schema_version SET version = version + 1");
        await using IStore again = store.Another();

        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => again.BeginAsync(StoreAccess.Read, StoreScope.None));
        var open = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.Store.BeginAsync(StoreAccess.Read, StoreScope.None));

        Assert.Equal([ErrorCodes.StoreNewer, ErrorCodes.StoreNewer], [refused.Code, open.Code]);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unreachable()
    {
        await using var store = new PostgreSqlStore("Host=127.0.0.1;Port=1;Database=d;Username=u;Password=hush");

        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.OpenAsync());

        Assert.Equal(ErrorCodes.StoreUnreachable, refused.Code);
        Assert.DoesNotContain("hush", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=h;Database=d;Password=hush;Nonsense=1")]
    [InlineData("Host=h;Database=d;Password=hush;Port=many")]
    [InlineData("hush")]
    [InlineData("Database=d;Password=hush")]
    [InlineData("Host=h;Password=hush")]
    public void A_connection_string_that_can_not_be_used_is_refused_without_a_word_of_it(string text)
    {
        var refused = Assert.Throws<TenantEncryptionException>(() => new PostgreSqlStore(text));

        Assert.Equal(ErrorCodes.InvalidInput, refused.Code);
        Assert.DoesNotContain("hush", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_location_says_neither_the_role_nor_its_password()
    {
        await using var store = new PostgreSqlStore("Host=db.example.com;Database=tenants;Username=somebody;Password=hush");

        Assert.Equal("postgresql://db.example.com:5432/tenants", store.Location);
    }

    [Theory]
    [InlineData("Host=db.example.com;Database=d", false)]
    [InlineData("Host=db.example.com;Database=d;SSL Mode=VerifyFull", false)]
    [InlineData("Host=db.example.com;Database=d;SslMode=Require", true)]
    [InlineData("Host=db.example.com;Database=d;SSL Mode=Disable", true)]
    [InlineData("Host=127.0.0.1;Database=d", false)]
    [InlineData("Host=[::1];Database=d;SSL Mode=Disable", false)]
    [InlineData("Host=/var/run/postgresql;Database=d", false)]
    [InlineData("Host=localhost,db.example.com;Database=d;SSL Mode=Prefer", true)]
    public async Task Off_this_machine_a_connection_is_verified_unless_the_string_says_otherwise_and_then_it_is_told(string text, bool isExposed)
    {
        await using var store = new PostgreSqlStore(text);

        Assert.Equal(isExposed, store.FindExposure() is { } exposure && exposure.Contains("SSL Mode", StringComparison.Ordinal));
    }
}
