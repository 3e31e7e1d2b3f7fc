using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Core.Tests.Keys.Root;

/// <summary>The root of the internal KMS rotates without loss, whoever else has the store open and wherever it is cut short.</summary>
public sealed class RootKeyRotationTests : IDisposable
{
    private readonly RootKeyStore _store = new();

    [Fact]
    public async Task What_was_protected_before_a_rotation_reads_after_it_in_this_process_and_the_next()
    {
        byte[] message;
        await using (TenantEncryptionService service = await _store.OpenAsync())
        {
            message = await RootKeyStore.ProtectAsync(service, "acme");
            string before = (await service.DescribeAsync()).RootKeyId;
            string rotated = await service.RootKey.RotateAsync();
            Assert.NotEqual(before, rotated);
            Assert.Equal(rotated, (await service.DescribeAsync()).RootKeyId);
            Assert.Equal("acme", await RootKeyStore.ReadAsync(service, message));
        }

        await using TenantEncryptionService next = await _store.OpenAsync();
        Assert.Equal("acme", await RootKeyStore.ReadAsync(next, message));
    }

    [Fact]
    public async Task The_old_root_is_gone_after_a_rotation()
    {
        await using TenantEncryptionService service = await _store.OpenAsync();
        await RootKeyStore.ProtectAsync(service, "acme");
        using RootKeySet before = await _store.LoadRootsAsync();
        await service.RootKey.RotateAsync();
        using RootKeySet after = await _store.LoadRootsAsync();
        RootKey kept = Assert.Single(after.Keys);
        Assert.NotEqual(before.Current.Id, kept.Id);
        Assert.NotEqual(before.Current.Material.Memory.ToArray(), kept.Material.Memory.ToArray());
    }

    [Fact]
    public async Task The_event_log_verifies_across_a_rotation()
    {
        await using TenantEncryptionService service = await _store.OpenAsync();
        await RootKeyStore.ProtectAsync(service, "acme");
        await service.RootKey.RotateAsync();
        await RootKeyStore.ProtectAsync(service, "globex");
        EventLogTestResult result = await service.Events.VerifyAsync();
        Assert.True(result.Success, result.Detail);
    }

    [Fact]
    public async Task A_process_that_had_the_store_open_goes_on_under_the_new_root()
    {
        await using TenantEncryptionService one = await _store.OpenAsync();
        await using TenantEncryptionService other = await _store.OpenAsync();
        byte[] message = await RootKeyStore.ProtectAsync(one, "acme");
        await one.RootKey.RotateAsync();
        Assert.Equal("acme", await RootKeyStore.ReadAsync(other, message));
        byte[] later = await RootKeyStore.ProtectAsync(other, "globex");
        Assert.Equal("globex", await RootKeyStore.ReadAsync(one, later));
        Assert.True((await one.Events.VerifyAsync()).Success);
    }

    [Fact]
    public async Task A_rotation_cut_short_before_the_store_was_committed_leaves_the_old_root_current()
    {
        byte[] message;
        await using (TenantEncryptionService service = await _store.OpenAsync())
        {
            message = await RootKeyStore.ProtectAsync(service, "acme");
        }

        using (RootKeySet kept = await _store.LoadRootsAsync())
        using (var both = new RootKeySet(RootKey.Create(2), kept.Current))
        {
            _store.SaveRoots(both);
        }

        await using TenantEncryptionService next = await _store.OpenAsync();
        Assert.Equal("acme", await RootKeyStore.ReadAsync(next, message));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_rotation_cut_short_after_any_step_reads_and_writes_on_and_is_finished_by_the_next_call(int steps)
    {
        string[] tenants = ["acme", "globex", "initech"];
        var messages = new Dictionary<string, byte[]>();
        string before;
        await using (TenantEncryptionService service = await _store.OpenAsync())
        {
            foreach (string tenant in tenants)
            {
                messages[tenant] = await RootKeyStore.ProtectAsync(service, tenant);
            }

            before = (await service.DescribeAsync()).RootKeyId;
            using var stop = new CancellationTokenSource();
            if (steps == 0)
            {
                // Right after both roots were noted.
                await stop.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service.RootKey.RotateAsync(cancellationToken: stop.Token));
            }
            else
            {
                var progress = new Told<long>(done =>
                {
                    if (done == steps)
                    {
                        stop.Cancel();
                    }
                });
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service.RootKey.RotateAsync(progress, stop.Token));
            }
        }

        await using TenantEncryptionService next = await _store.OpenAsync();
        foreach (string tenant in tenants)
        {
            Assert.Equal(tenant, await RootKeyStore.ReadAsync(next, messages[tenant]));
            await next.Keys.RotateAsync(tenant);
        }

        byte[] later = await RootKeyStore.ProtectAsync(next, "later");
        string rotated = await next.RootKey.RotateAsync();

        Assert.NotEqual(before, rotated);
        using RootKeySet kept = await _store.LoadRootsAsync();
        Assert.Equal(rotated, Assert.Single(kept.Keys).Id);
        await using TenantEncryptionService last = await _store.OpenAsync();
        foreach (string tenant in tenants)
        {
            Assert.Equal(tenant, await RootKeyStore.ReadAsync(last, messages[tenant]));
        }

        Assert.Equal("later", await RootKeyStore.ReadAsync(last, later));
        Assert.True((await last.Events.VerifyAsync()).Success);
    }

    [Fact]
    public async Task Two_who_rotate_at_once_end_with_one_root_that_everything_opens_under()
    {
        await using TenantEncryptionService one = await _store.OpenAsync();
        await using TenantEncryptionService other = await _store.OpenAsync();
        byte[] message = await RootKeyStore.ProtectAsync(one, "acme");
        for (int round = 0; round < 5; round++)
        {
            await Task.WhenAll(new[] { one, other }.Select(service => Task.Run(async () =>
            {
                try
                {
                    await service.RootKey.RotateAsync();
                }
                catch (TenantEncryptionException refusal) when (refusal.Code == ErrorCodes.LeaseLost)
                {
                    // The other one was first.
                }
            })));
            Assert.Equal("acme", await RootKeyStore.ReadAsync(one, message));
            Assert.Equal("acme", await RootKeyStore.ReadAsync(other, message));
        }

        await one.RootKey.RotateAsync();
        using RootKeySet kept = await _store.LoadRootsAsync();
        Assert.Single(kept.Keys);
        await using TenantEncryptionService next = await _store.OpenAsync();
        Assert.Equal("acme", await RootKeyStore.ReadAsync(next, message));
        Assert.True((await next.Events.VerifyAsync()).Success);
    }

    [Fact]
    public async Task A_tenant_whose_state_was_altered_keeps_the_old_root_for_itself_until_it_is_mended()
    {
        await using TenantEncryptionService service = await _store.OpenAsync();
        byte[] acme = await RootKeyStore.ProtectAsync(service, "acme");
        await RootKeyStore.ProtectAsync(service, "globex");
        _store.Sql("UPDATE tenants SET region = 'x' WHERE tenant_id = 'globex'");

        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => service.RootKey.RotateAsync());
        Assert.Equal(ErrorCodes.StateAltered, refused.Code);
        Assert.Contains("all but 1 tenant", refused.Message, StringComparison.Ordinal);
        Assert.Equal("acme", await RootKeyStore.ReadAsync(service, acme));
        _store.Sql("UPDATE tenants SET region = NULL WHERE tenant_id = 'globex'");

        await service.RootKey.RotateAsync();
        using RootKeySet kept = await _store.LoadRootsAsync();
        Assert.Single(kept.Keys);
    }

    [Fact]
    public async Task A_backup_of_the_root_key_brings_a_lost_one_back()
    {
        byte[] message;
        string file = Path.Combine(_store.Folder, "root.json");
        using var passphrase = new SecretBytes("correct horse"u8);
        await using (TenantEncryptionService service = await _store.OpenAsync())
        {
            message = await RootKeyStore.ProtectAsync(service, "acme");
            await service.RootKey.ExportAsync(file, passphrase);
        }

        string lost = _store.RootFile;
        File.Delete(lost);
        var missing = await Assert.ThrowsAsync<TenantEncryptionException>(() => _store.OpenAsync());
        Assert.Contains(lost, missing.Message, StringComparison.Ordinal);
        RootKeyBackup backup = RootKeyBackup.Read(file);
        Assert.True(await backup.IsNeededAsync(new FileRootKeyVault(_store.Roots), passphrase));
        await backup.RestoreAsync(new FileRootKeyVault(_store.Roots), passphrase);

        Assert.False(await backup.IsNeededAsync(new FileRootKeyVault(_store.Roots), passphrase));
        await using TenantEncryptionService next = await _store.OpenAsync();
        Assert.Equal("acme", await RootKeyStore.ReadAsync(next, message));
    }

    [Fact]
    public async Task A_store_never_gets_a_new_root_key_when_its_own_is_missing()
    {
        await (await _store.OpenAsync()).DisposeAsync();
        File.Delete(_store.RootFile);
        var missing = await Assert.ThrowsAsync<TenantEncryptionException>(() => _store.OpenAsync());
        Assert.Equal(ErrorCodes.RootKeyMissing, missing.Code);
        Assert.Empty(Directory.GetFiles(_store.Roots, "*.root"));
    }

    [Fact]
    public async Task Another_stores_root_key_is_a_mismatch()
    {
        await (await _store.OpenAsync()).DisposeAsync();
        using (var foreign = new RootKeySet(RootKey.Create()))
        {
            _store.SaveRoots(foreign);
        }

        var mismatch = await Assert.ThrowsAsync<TenantEncryptionException>(() => _store.OpenAsync());
        Assert.Equal(ErrorCodes.RootKeyMismatch, mismatch.Code);
    }

    [SkippableUnixTheory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead)]
    public async Task A_root_key_that_others_can_read_is_refused(UnixFileMode mode)
    {
        await (await _store.OpenAsync()).DisposeAsync();
#pragma warning disable CA1416 // The theory is skipped on Windows.
        File.SetUnixFileMode(_store.RootFile, mode);
#pragma warning restore CA1416
        var exposed = await Assert.ThrowsAsync<TenantEncryptionException>(() => _store.OpenAsync());
        Assert.Equal(ErrorCodes.RootKeyExposed, exposed.Code);
    }

    [SkippableUnixFact]
    public async Task A_root_key_that_is_a_link_is_refused()
    {
        await (await _store.OpenAsync()).DisposeAsync();
        string elsewhere = Path.Combine(_store.Store, "moved");
        string file = _store.RootFile;
        File.Move(file, elsewhere);
        File.CreateSymbolicLink(file, elsewhere);
        var exposed = await Assert.ThrowsAsync<TenantEncryptionException>(() => _store.OpenAsync());
        Assert.Equal(ErrorCodes.RootKeyExposed, exposed.Code);
    }

    [Fact]
    public async Task A_passphrase_opens_the_store_on_a_machine_without_root_files_and_rotates()
    {
        byte[] message;
        using (PassphraseRootKeyVault vault = RootKeyStore.Passphrase("correct horse"))
        {
            await using TenantEncryptionService service = await _store.OpenAsync(vault);
            message = await RootKeyStore.ProtectAsync(service, "acme");
            await service.RootKey.RotateAsync();
        }

        Assert.False(Directory.Exists(_store.Roots) && Directory.GetFiles(_store.Roots, "*.root").Length > 0);
        using PassphraseRootKeyVault again = RootKeyStore.Passphrase("correct horse");
        await using TenantEncryptionService next = await _store.OpenAsync(again);
        Assert.Equal("acme", await RootKeyStore.ReadAsync(next, message));
    }

    [Fact]
    public async Task A_wrong_or_missing_passphrase_is_told_apart_from_a_missing_key()
    {
        using (PassphraseRootKeyVault vault = RootKeyStore.Passphrase("correct horse"))
        {
            await (await _store.OpenAsync(vault)).DisposeAsync();
        }

        using PassphraseRootKeyVault wrong = RootKeyStore.Passphrase("correct house");
        Assert.Equal(ErrorCodes.PassphraseRequired, (await Assert.ThrowsAsync<TenantEncryptionException>(() => _store.OpenAsync(wrong))).Code);
        Assert.Equal(ErrorCodes.PassphraseRequired, (await Assert.ThrowsAsync<TenantEncryptionException>(() => _store.OpenAsync())).Code);
    }

    public void Dispose() => _store.Dispose();
}
