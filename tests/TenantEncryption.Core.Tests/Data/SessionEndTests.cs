using TenantEncryption.Data;
using TenantEncryption.Events;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

public sealed class SessionEndTests
{
    [Fact]
    public async Task A_session_ends_once_however_often_it_is_disposed()
    {
        await using TestService service = await TestService.WithTenantAsync();
        DataSession session = service.Service.Data.BeginSession();
        byte[] message = await session.ProtectValueAsync("acme", new byte[] { 1 });
        await session.UnprotectValueAsync(message);

        await session.DisposeAsync();
        await session.DisposeAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await session.DisposeAsync()));

        Assert.Equal(1, await CountAsync(service, EventTypes.DataUnprotected));
        Assert.Equal(1, await CountAsync(service, EventTypes.DataProtected));
    }

    [Fact]
    public async Task A_session_that_is_left_open_ends_with_the_service_and_what_it_did_is_recorded()
    {
        await using TestService service = await TestService.WithTenantAsync();
        DataSession session = service.Service.Data.BeginSession();
        await session.UnprotectValueAsync(await session.ProtectValueAsync("acme", new byte[] { 1 }));

        await service.CloseAsync();
        await session.DisposeAsync();

        await using TestService next = await service.OpenAnotherAsync();
        Assert.Equal(1, await CountAsync(next, EventTypes.DataUnprotected));
        Assert.Equal(1, await CountAsync(next, EventTypes.DataProtected));
        Assert.Equal(0L, next.SqlValue("SELECT count(*) FROM wrap_reservations"));
    }

    [Fact]
    public async Task A_session_that_has_ended_does_nothing_more()
    {
        await using TestService service = await TestService.WithTenantAsync();
        DataSession session = service.Service.Data.BeginSession();
        byte[] message = await session.ProtectValueAsync("acme", new byte[] { 1 });
        await session.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await session.ProtectValueAsync("acme", new byte[] { 1 }));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await session.UnprotectValueAsync(message));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await session.TestValueAsync(message));
        Assert.Throws<ObjectDisposedException>(() => session.TestFilesAsync(Array.Empty<string>()));
        Assert.Throws<ObjectDisposedException>(() => session.UnprotectFilesAsync([]));
        Assert.Throws<ObjectDisposedException>(() => session.ProtectFilesAsync("acme", []));
    }

    private static async Task<int> CountAsync(TestService service, string type) =>
        (await service.EventsAsync()).Count(one => one.Type.EndsWith(type, StringComparison.Ordinal));
}
