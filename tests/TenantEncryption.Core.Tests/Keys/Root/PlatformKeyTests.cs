using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Core.Tests.Keys.Root;

/// <summary>The root of a store under a key of the platform's: machines share it, and KMS is asked for it by the hour.</summary>
public sealed class PlatformKeyTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task Machines_that_share_a_store_share_its_root_and_keep_none_of_it_outside()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        TestService one = await scene.OpenAsync();
        await one.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        byte[] message = await one.ProtectValueAsync([1]);
        TestService other = await scene.OpenAsync();

        Assert.Equal([1], await other.ReadValueAsync(message));
        Assert.Equal([2], await one.ReadValueAsync(await other.ProtectValueAsync([2])));
        Assert.True((await other.Service.Events.VerifyAsync()).Success);
        StoreInfo store = await other.Service.DescribeAsync();
        Assert.Equal((RootKeyProtection.Kms, scene.KeyArn), (store.RootKeyProtection, store.RootKeyArn));
        Assert.Empty(Directory.GetFiles(scene.Folders.RootKeys, "*.root", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task KMS_is_asked_with_the_id_of_the_store_and_nothing_else_as_context()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        TestService machine = await scene.OpenAsync();
        var contexts = new List<IReadOnlyDictionary<string, string>>();
        machine.Kms.OnContext = contexts.Add;
        machine.Kms.Forget();
        await machine.Service.RootKey.RotateAsync();

        // Two are sealed, each with its proof: both roots while it rotates, and the new one alone.
        Assert.Equal(["GenerateDataKey", "Decrypt", "GenerateDataKey", "Decrypt"], machine.Kms.Calls.Select(call => call.Operation));
        string storeId = (await machine.Service.DescribeAsync()).StoreId;
        Assert.All(contexts, context => Assert.Equal([new KeyValuePair<string, string>("StoreId", storeId)], context));
        Assert.All(machine.Kms.Calls, call => Assert.Equal(scene.KeyArn, call.KeyId));
    }

    [Fact]
    public async Task The_lease_of_the_root_is_an_hour_and_is_never_extended_by_use()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        var time = new ManualTimeProvider();
        TestService machine = await scene.OpenAsync(time);
        await machine.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        byte[] message = await machine.ProtectValueAsync([1]);
        machine.Kms.Forget();

        for (int tenth = 0; tenth < 10; tenth++)
        {
            machine.Service.Keys.ClearLeases();
            Assert.Equal([1], await machine.ReadValueAsync(message));
            time.Advance((Hour / 10) - (tenth == 9 ? Instant : TimeSpan.Zero));
        }

        machine.Service.Keys.ClearLeases();
        Assert.Equal([1], await machine.ReadValueAsync(message));
        Assert.Empty(machine.Kms.Calls);
        time.Advance(Instant);
        machine.Service.Keys.ClearLeases();
        Assert.Equal([1], await machine.ReadValueAsync(message));
        Assert.Equal(["Decrypt"], machine.Kms.Calls.Select(call => call.Operation));
    }

    [Fact]
    public async Task What_the_root_opened_is_held_no_longer_than_the_root()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        var time = new ManualTimeProvider();
        TestService machine = await scene.OpenAsync(time);
        await machine.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", KeyLease = Hour });
        byte[] message = await machine.ProtectValueAsync([1]);
        machine.Service.Keys.ClearLeases();
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal([1], await machine.ReadValueAsync(message));
        await scene.Keys.DisableAsync(scene.KeyArn);

        time.Advance(TimeSpan.FromMinutes(1) - Instant);
        Assert.Equal([1], await machine.ReadValueAsync(message));
        time.Advance(Instant);
        Assert.Equal(ErrorCodes.KeyDisabled, await machine.CodeOfReadingAsync(message));
        await scene.Keys.EnableAsync(scene.KeyArn);
        Assert.Equal([1], await machine.ReadValueAsync(message));
    }

    [Fact]
    public async Task The_root_is_zeroed_when_its_lease_is_over_though_nobody_asks()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        var time = new ManualTimeProvider();
        TestService machine = await scene.OpenAsync(time);
        RootLease lease = machine.Service.Roots.Held.Lease;

        time.Advance(Hour - Instant);
        Assert.False(lease.IsZeroed);
        time.Advance(Instant);
        Assert.True(lease.IsZeroed);
    }

    [Fact]
    public async Task A_shorter_lease_of_the_process_is_one_of_the_root_too_and_none_is_a_call_an_operation()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        var time = new ManualTimeProvider();
        TestService machine = await scene.OpenAsync(time, keyLease: TimeSpan.FromSeconds(30));
        await machine.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        byte[] message = await machine.ProtectValueAsync([1]);
        machine.Kms.Forget();
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal([1], await machine.ReadValueAsync(message));
        Assert.Equal(1, machine.Kms.Count);

        TestService strict = await scene.OpenAsync(time, keyLease: TimeSpan.Zero);
        strict.Kms.Forget();
        Assert.Equal([1], await strict.ReadValueAsync(message));
        Assert.Equal([1], await strict.ReadValueAsync(message));
        Assert.Equal(2, strict.Kms.Count);
    }

    [Fact]
    public async Task Many_who_wait_for_the_root_share_one_call()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        var time = new ManualTimeProvider();
        TestService machine = await scene.OpenAsync(time);
        await machine.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        await machine.Service.Tenants.CreateAsync(new NewTenant { TenantId = "globex" });
        byte[] acme = await machine.ProtectValueAsync([1]);
        byte[] globex = await machine.ProtectValueAsync([2], "globex");
        time.Advance(Hour);
        machine.Kms.Forget();
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        machine.Kms.Before = (_, _) => called.Task;

        Task<byte[]>[] reading = [.. Enumerable.Range(0, 8).Select(i => Task.Run(() => machine.ReadValueAsync(i % 2 == 0 ? acme : globex)))];
        await Task.Delay(200);
        called.SetResult();

        await Task.WhenAll(reading);
        Assert.Equal(1, machine.Kms.Count);
    }

    [Fact]
    public async Task No_call_of_KMS_is_made_while_a_transaction_is_open()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        var time = new ManualTimeProvider();
        TestService machine = await scene.OpenAsync(time);
        TestService other = await scene.OpenAsync(time);
        int calls = 0;
        foreach (TestService each in new[] { machine, other })
        {
            each.Kms.Before = (operation, _) =>
            {
                Interlocked.Increment(ref calls);
                Assert.True(each.Store.Open == 0, $"{operation} while {each.Store.Open} transactions were open.");
                return Task.CompletedTask;
            };
        }

        ConflictingStore.CountsOpen = true;

        // Whatever asks for the root: shares made and opened, a root that another one rotated, log keys from before, the rotation itself.
        await machine.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        byte[] message = await machine.ProtectValueAsync([1]);
        for (int round = 0; round < 3; round++)
        {
            Pass(time, Hour);
            Assert.Equal([1], await other.ReadValueAsync(message));
            await machine.Service.RootKey.RotateAsync();
            await other.Service.Tenants.CreateAsync(new NewTenant { TenantId = $"tenant-{round}" });
            await machine.Service.Keys.RotateAsync("acme");
            await other.Service.RootKey.RotateAsync();
        }

        TestService late = await scene.OpenAsync(time);
        Pass(time, Hour);
        late.Kms.Before = machine.Kms.Before;
        EventLogTestResult log = await late.Service.Events.VerifyAsync();
        Assert.True(log.Success, log.Detail);
        Assert.True(calls > 20, $"{calls} calls");

        // Timers run in the flow that steps the clock, and beside it from then on.
        static void Pass(ManualTimeProvider time, TimeSpan by)
        {
            ConflictingStore.CountsOpen = false;
            time.Advance(by);
            ConflictingStore.CountsOpen = true;
        }
    }

    [Fact]
    public async Task Each_call_for_the_root_is_on_record_with_its_request_id()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        await (await scene.OpenAsync()).CloseAsync();
        await (await scene.OpenAsync()).CloseAsync();
        TestService last = await scene.OpenAsync();

        JObject[] calls = [.. (await last.EventsAsync()).Where(one => one.Type.EndsWith(EventTypes.KmsCalled, StringComparison.Ordinal))
            .SelectMany(one => JArray.FromObject(one.Data["kmsCalls"]!).Cast<JObject>())];
        Assert.Equal(["GenerateDataKey", "Decrypt", "Decrypt"], calls.Select(call => (string?)call["operation"]));
        Assert.All(calls, call => Assert.False(string.IsNullOrEmpty((string?)call["requestId"])));
    }

    [Fact]
    public async Task A_rotation_on_one_machine_is_taken_up_by_the_others_at_once()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        TestService one = await scene.OpenAsync();
        TestService other = await scene.OpenAsync();
        await one.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        byte[] message = await one.ProtectValueAsync([1]);
        Assert.Equal([1], await other.ReadValueAsync(message));
        byte[] before = PlatformKeyScene.Setting(one, "root-key");

        string rotated = await one.Service.RootKey.RotateAsync();
        byte[] after = PlatformKeyScene.Setting(one, "root-key");
        other.Service.Keys.ClearLeases();
        Assert.Equal([1], await other.ReadValueAsync(message));
        Assert.Equal([2], await one.ReadValueAsync(await other.ProtectValueAsync([2])));

        Assert.Equal(rotated, (await other.Service.DescribeAsync()).RootKeyId);
        Assert.NotEqual(KmsRootKeySeal.Find(before)!.WrappedKey.ToArray(), KmsRootKeySeal.Find(after)!.WrappedKey.ToArray());
        Assert.True((await other.Service.Events.VerifyAsync()).Success);
    }

    [Fact]
    public async Task A_store_moves_from_a_file_to_a_key_and_to_another_key_and_its_file_goes()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        TestService machine = await scene.OpenAsync(vault: new FileRootKeyVault(scene.Folders.RootKeys));
        await machine.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        byte[] message = await machine.ProtectValueAsync([1]);
        Assert.Single(Directory.GetFiles(scene.Folders.RootKeys, "*.root"));

        await machine.Service.RootKey.MoveAsync(scene.Vault());
        Assert.Empty(Directory.GetFiles(scene.Folders.RootKeys, "*.root"));
        Assert.Equal(scene.KeyArn, (await machine.Service.DescribeAsync()).RootKeyArn);
        string second = await scene.Keys.CreateKeyAsync();
        await machine.Service.RootKey.MoveAsync(scene.Vault(second));
        machine.Service.Keys.ClearLeases();
        Assert.Equal([1], await machine.ReadValueAsync(message));
        EncryptionEvent moved = (await machine.EventsAsync()).Last(one => one.Type.EndsWith(EventTypes.RootRotated, StringComparison.Ordinal) && one.TenantId is null);
        Assert.Equal(("Kms", second), (moved.Data["protection"], moved.Data["keyArn"]));

        await Refusal.IsAsync(ErrorCodes.RootKeyMismatch, () => scene.OpenAsync());
        await Refusal.IsAsync(ErrorCodes.RootKeyMismatch, () => scene.OpenAsync(vault: new FileRootKeyVault(scene.Folders.RootKeys)));
        TestService next = await scene.OpenAsync(vault: scene.Vault(second));
        Assert.Equal([1], await next.ReadValueAsync(message));
        Assert.True((await next.Service.Events.VerifyAsync()).Success);
    }

    [Fact]
    public async Task A_move_that_was_cut_short_is_finished_where_it_was_going_and_another_one_begins_after_it()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        TestService machine = await scene.OpenAsync(vault: new FileRootKeyVault(scene.Folders.RootKeys));
        await machine.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        byte[] message = await machine.ProtectValueAsync([1]);
        using var stop = new CancellationTokenSource();
        var progress = new Told<long>(_ => stop.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => machine.Service.RootKey.MoveAsync(scene.Vault(), progress, stop.Token));

        TestService next = await scene.OpenAsync();
        Assert.Equal([1], await next.ReadValueAsync(message));
        string second = await scene.Keys.CreateKeyAsync();
        await next.Service.RootKey.MoveAsync(scene.Vault(second));
        next.Service.Keys.ClearLeases();
        Assert.Equal([1], await next.ReadValueAsync(message));
        Assert.Equal(second, (await next.Service.DescribeAsync()).RootKeyArn);
        Assert.False(next.Service.Roots.Names.IsRotating);
    }

    [Fact]
    public async Task A_key_that_seals_and_does_not_open_takes_over_no_root()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        TestService machine = await scene.OpenAsync(vault: new FileRootKeyVault(scene.Folders.RootKeys));
        await machine.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        byte[] message = await machine.ProtectValueAsync([1]);
        machine.Kms.Before = (operation, _) => operation == "Decrypt" ? throw new TenantEncryptionException(ErrorCodes.PolicyDenied) : Task.CompletedTask;

        TenantEncryptionException refusal = await Refusal.OfAsync(() => machine.Service.RootKey.MoveAsync(scene.Vault()));
        Assert.Equal(ErrorCodes.PolicyDenied, refusal.Code);
        Assert.Contains("StoreId = " + (await machine.Service.DescribeAsync()).StoreId, refusal.Remedy, StringComparison.Ordinal);
        machine.Service.Keys.ClearLeases();
        Assert.Equal([1], await machine.ReadValueAsync(message));
        Assert.Single(Directory.GetFiles(scene.Folders.RootKeys, "*.root"));
    }

    [Theory]
    [InlineData("alias/platform")]
    [InlineData("1234abcd-12ab-34cd-56ef-1234567890ab")]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:alias/platform")]
    [InlineData("arn:aws:s3:::bucket")]
    public void Only_the_ARN_of_a_key_is_taken(string keyArn) => Refusal.Is(ErrorCodes.InvalidArn, () => _ = new KmsRootKeyVault(keyArn));

    [Fact]
    public async Task The_root_is_exported_and_seals_shares_as_ever()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        TestService machine = await scene.OpenAsync();
        using var passphrase = new SecretBytes("correct horse"u8);
        string file = scene.Folders.At("root.json");
        await machine.Service.RootKey.ExportAsync(file, passphrase);
        RootKeyBackup backup = RootKeyBackup.Read(file);
        Assert.Equal((await machine.Service.DescribeAsync()).RootKeyId, backup.RootKeyId);
        await Refusal.IsAsync(ErrorCodes.InvalidInput, () => backup.IsNeededAsync(scene.Vault(), passphrase));
    }
}
