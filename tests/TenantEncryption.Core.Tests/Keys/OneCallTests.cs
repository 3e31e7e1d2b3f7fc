using TenantEncryption.Errors;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Keys;

/// <summary>Each key is opened by one call at a time: who wants the same key waits and shares what comes of it, and nobody waits for another key.</summary>
public sealed class OneCallTests
{
    [Fact]
    public async Task Many_who_want_one_key_at_once_cause_one_call()
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        service.Service.Keys.ClearLeases();
        service.Kms.Forget();
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        service.Kms.Before = (_, _) => called.Task;

        Task<byte[]>[] reading = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(() => service.ReadValueAsync(message)))];
        await Task.Delay(200);
        called.SetResult();

        Assert.All(await Task.WhenAll(reading), value => Assert.Equal([1], value));
        Assert.Equal(1, service.Kms.CountOf("Decrypt"));
    }

    [Fact]
    public async Task Many_who_wait_for_one_key_share_its_refusal()
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        service.Service.Keys.ClearLeases();
        service.Kms.Forget();
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        service.Kms.Before = async (_, _) =>
        {
            await called.Task;
            throw new TenantEncryptionException(ErrorCodes.KmsUnreachable);
        };

        Task<string>[] reading = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(() => service.CodeOfReadingAsync(message)))];
        await Task.Delay(200);
        called.SetResult();

        Assert.All(await Task.WhenAll(reading), code => Assert.Equal(ErrorCodes.KmsUnreachable, code));
        Assert.InRange(service.Kms.CountOf("Decrypt"), 1, 7);
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_the_call_to_the_others()
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        service.Service.Keys.ClearLeases();
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        service.Kms.Before = (_, _) => called.Task;
        await using var session = service.Service.Data.BeginSession();
        using var stop = new CancellationTokenSource();
        Task first = Task.Run(async () => await session.UnprotectValueAsync(message, null, stop.Token));
        Task<byte[]> second = Task.Run(() => service.ReadValueAsync(message));
        await Task.Delay(200);

        await stop.CancelAsync();
        called.SetResult();

        await Record.ExceptionAsync(() => first);
        Assert.Equal([1], await second);
    }

    [Fact]
    public async Task A_tenant_whose_KMS_hangs_holds_up_no_other_tenant()
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        byte[] hanging = await service.ProtectValueAsync([1]);
        string[] others = [.. Enumerable.Range(0, 100).Select(i => "tenant-" + i)];
        var messages = new List<byte[]>();
        foreach (string other in others)
        {
            await service.Service.Tenants.CreateAsync(new() { TenantId = other });
            messages.Add(await service.ProtectValueAsync([2], other));
        }

        service.Service.Keys.ClearLeases();
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        service.Kms.Before = (_, _) => called.Task;
        Task<byte[]>[] waiting = [.. Enumerable.Range(0, 16).Select(_ => Task.Run(() => service.ReadValueAsync(hanging)))];

        foreach (byte[] message in messages)
        {
            Assert.Equal([2], await service.ReadValueAsync(message).WaitAsync(TimeSpan.FromSeconds(10)));
        }

        Assert.All(waiting, one => Assert.False(one.IsCompleted));
        called.SetResult();
        Assert.All(await Task.WhenAll(waiting), value => Assert.Equal([1], value));
    }
}
