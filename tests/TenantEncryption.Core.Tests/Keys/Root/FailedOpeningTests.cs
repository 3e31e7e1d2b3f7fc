using TenantEncryption.Errors;
using TenantEncryption.Keys.Root;

namespace TenantEncryption.Core.Tests.Keys.Root;

/// <summary>A store that can't be opened is let go of at once, so that its folder can be replaced: as when a backup is restored.</summary>
public sealed class FailedOpeningTests : IDisposable
{
    private readonly RootKeyStore _store = new();

    [Fact]
    public async Task Without_its_root_key()
    {
        await (await _store.OpenAsync()).DisposeAsync();
        File.Delete(_store.RootFile);
        await RefusedAsync(ErrorCodes.RootKeyMissing);
    }

    [Fact]
    public async Task With_anothers_root_key()
    {
        await (await _store.OpenAsync()).DisposeAsync();
        using (var foreign = new RootKeySet(RootKey.Create()))
        {
            _store.SaveRoots(foreign);
        }

        await RefusedAsync(ErrorCodes.RootKeyMismatch);
    }

    [Fact]
    public async Task Without_its_passphrase()
    {
        using (PassphraseRootKeyVault vault = RootKeyStore.Passphrase("correct horse"))
        {
            await (await _store.OpenAsync(vault)).DisposeAsync();
        }

        await RefusedAsync(ErrorCodes.PassphraseRequired);
    }

    [Fact]
    public async Task When_a_new_root_key_can_not_be_kept()
    {
        await File.WriteAllTextAsync(_store.Roots, "a file in the place of the folder");
        await RefusedAsync(ErrorCodes.StorageFailed);
    }

    public void Dispose() => _store.Dispose();

    private async Task RefusedAsync(string code)
    {
        var refusal = await Assert.ThrowsAsync<TenantEncryptionException>(() => _store.OpenAsync());
        Assert.Equal(code, refusal.Code);
        if (OperatingSystem.IsLinux())
        {
            string[] open = [.. Directory.GetFiles("/proc/self/fd").Select(one => new FileInfo(one).LinkTarget ?? "")];
            Assert.DoesNotContain(open, path => path.StartsWith(_store.Store, StringComparison.Ordinal));
        }

        // Windows moves no folder in which a file is open.
        Directory.Move(_store.Store, _store.Store + ".away");
    }
}
