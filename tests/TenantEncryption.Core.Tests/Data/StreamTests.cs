using System.Security.Cryptography;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>A stream is protected and read as a value is, with nothing of it given out that is not verified, and the log told first.</summary>
public sealed class StreamTests
{
    private const int FrameLength = 4096;

    private static readonly ProtectOptions SmallFrames = new() { FrameLength = FrameLength };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(FrameLength)]
    [InlineData((3 * FrameLength) + 17)]
    public async Task What_was_protected_comes_back(int length)
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] plaintext = RandomNumberGenerator.GetBytes(length);
        await using DataSession session = service.Service.Data.BeginSession();
        using var message = new MemoryStream();
        ProtectedStream written = await session.ProtectStreamAsync("acme", new MemoryStream(plaintext), message, SmallFrames);
        using var back = new MemoryStream();
        UnprotectedStream read = await session.UnprotectStreamAsync(new MemoryStream(message.ToArray()), back);

        Assert.Equal(plaintext, back.ToArray());
        Assert.Equal(new ProtectedStream("acme", read.MessageId, length, message.Length), written);
        Assert.Equal(new UnprotectedStream("acme", written.MessageId, length), read);
        Assert.Equal(plaintext, (await session.UnprotectValueAsync(message.ToArray())).Plaintext);
    }

    [Fact]
    public async Task Of_an_altered_message_only_what_is_verified_comes_out()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] plaintext = RandomNumberGenerator.GetBytes(FrameLength * 64);
        await using DataSession session = service.Service.Data.BeginSession();
        byte[] message = await ProtectAsync(session, plaintext);
        message[^5] ^= 1;
        using var back = new MemoryStream();

        Assert.Equal(ErrorCodes.MessageAltered, await Refusal.CodeOfAsync(() => session.UnprotectStreamAsync(new MemoryStream(message), back)));

        Assert.True(back.Length < plaintext.Length);
        Assert.Equal(plaintext[..(int)back.Length], back.ToArray());
    }

    [Fact]
    public async Task Of_another_tenants_message_nothing_comes_out_and_no_key_is_asked_for()
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService closed = service;
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "other" });
        await using DataSession session = service.Service.Data.BeginSession();
        byte[] message = await ProtectAsync(session, [1, 2, 3]);
        service.Service.Keys.ClearLeases();
        service.Kms.Forget();
        using var back = new MemoryStream();

        Assert.Equal(
            ErrorCodes.WrongTenant,
            await Refusal.CodeOfAsync(() => session.UnprotectStreamAsync(new MemoryStream(message), back, new UnprotectOptions { TenantId = "other" })));

        Assert.Equal(0, back.Length);
        Assert.Empty(service.Kms.Calls);
    }

    [Fact]
    public async Task That_it_is_read_is_on_record_before_the_first_byte_is_given_out()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await using DataSession session = service.Service.Data.BeginSession();
        byte[] message = await ProtectAsync(session, [1, 2, 3]);
        int toldBefore = 0;
        using var back = new WatchedStream(() => toldBefore = Requested(service));

        await session.UnprotectStreamAsync(new MemoryStream(message), back);

        Assert.Equal((1, 3L), (toldBefore, back.Length));
    }

    [Fact]
    public async Task What_cannot_be_told_is_not_read()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message;
        await using (DataSession first = service.Service.Data.BeginSession())
        {
            message = await ProtectAsync(first, [1, 2, 3]);
        }

        await using TestService reading = await service.OpenAnotherAsync(busyTimeout: TimeSpan.FromMilliseconds(300));
        await using DataSession session = reading.Service.Data.BeginSession();
        using var back = new MemoryStream();
        using (service.Lock())
        {
            Assert.Equal(ErrorCodes.StoreLocked, await Refusal.CodeOfAsync(() => session.UnprotectStreamAsync(new MemoryStream(message), back)));
        }

        Assert.Equal(0, back.Length);
    }

    [Fact]
    public async Task The_wrap_is_reserved_before_it_is_made_and_counted_as_a_values()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string kekId = Assert.Single(await service.Service.Keys.ListAsync("acme")).KekId;
        await using (DataSession session = service.Service.Data.BeginSession())
        {
            await ProtectAsync(session, [1]);
            await ProtectAsync(session, [2]);
        }

        EncryptionEvent told = Assert.Single(await service.EventsAsync(), one => one.Type.EndsWith(EventTypes.DataProtected, StringComparison.Ordinal));
        Assert.Equal((2L, kekId), ((long)told.Data["values"]!, (string)told.Data["kekId"]!));
        Assert.Equal(2, Assert.Single(await service.Service.Keys.ListAsync("acme")).ReservedWraps);
    }

    [Fact]
    public async Task What_was_given_out_of_a_message_that_fails_half_way_counts_as_read()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await using (DataSession session = service.Service.Data.BeginSession())
        {
            byte[] message = await ProtectAsync(session, RandomNumberGenerator.GetBytes(FrameLength * 64));
            using var back = new MemoryStream();
            await Refusal.CodeOfAsync(() => session.UnprotectStreamAsync(new MemoryStream(message[..^1]), back));
            Assert.NotEqual(0, back.Length);
        }

        EncryptionEvent told = Assert.Single(await service.EventsAsync(), one => one.Type.EndsWith(EventTypes.DataUnprotected, StringComparison.Ordinal));
        Assert.Equal(("acme", 1L, 0L), (told.TenantId, (long)told.Data["failed"]!, (long)told.Data["values"]!));
        Assert.NotEqual(0, (long)told.Data["bytes"]!);
    }

    [Fact]
    public async Task A_writer_whose_source_fails_leaves_what_opens_nowhere()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await using DataSession session = service.Service.Data.BeginSession();
        using var message = new MemoryStream();
        await Assert.ThrowsAsync<IOException>(() => session.ProtectStreamAsync("acme", new FailingStream(FrameLength * 3), message, SmallFrames));

        Assert.NotEqual(
            ErrorCodes.Success, (await session.TestValueAsync(message.ToArray())).Code);
    }

    private static async Task<byte[]> ProtectAsync(DataSession session, byte[] plaintext)
    {
        using var message = new MemoryStream();
        await session.ProtectStreamAsync("acme", new MemoryStream(plaintext), message, SmallFrames);
        return message.ToArray();
    }

    private static int Requested(TestService service) => service.EventsAsync().GetAwaiter().GetResult()
        .Count(one => one.Type.EndsWith(EventTypes.DataRequested, StringComparison.Ordinal));

    private sealed class WatchedStream(Action onFirst) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Length == 0)
            {
                onFirst();
            }

            return base.WriteAsync(buffer, cancellationToken);
        }
    }

    private sealed class FailingStream(int length) : MemoryStream(new byte[length])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position == length ? throw new IOException("The client is gone.") : await base.ReadAsync(buffer, cancellationToken);
    }
}
