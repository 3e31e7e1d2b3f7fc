using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys.Root;

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
        using (var both = new RootKeySet(RootKey.Create(), kept.Current))
        {
            await _store.SaveRootsAsync(both);
        }

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
            await _store.SaveRootsAsync(foreign);
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
