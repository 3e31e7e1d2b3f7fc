using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Core.Tests.Keys.Root;

/// <summary>Who can write the store puts another sealed root in the place of its own: nothing opens, and no key of theirs is asked.</summary>
public sealed class PlatformKeyAttackTests
{
    // Of the tenant's state, or of the store's own chain, in which what was tried is recorded.
    private static readonly string[] Altered = [ErrorCodes.StateAltered, ErrorCodes.StoreAltered];

    [Fact]
    public async Task An_older_sealed_root_is_refused()
    {
        await using Scene scene = await Scene.BeginAsync();
        byte[] older = PlatformKeyScene.Setting(scene.Machine, "root-key");
        byte[] olderId = PlatformKeyScene.Setting(scene.Machine, "root-id");
        await scene.Machine.Service.RootKey.RotateAsync();

        PlatformKeyScene.Set(scene.Machine, "root-key", older);
        await scene.IsRefusedAsync(ErrorCodes.RootKeyMismatch);

        // With its name, too: it opens, and neither the log nor the shares are its own any more.
        PlatformKeyScene.Set(scene.Machine, "root-id", olderId);
        TestService next = await scene.OpenAsync();
        Assert.Contains(await next.CodeOfReadingAsync(scene.Message), Altered);
        Assert.Contains(await Refusal.CodeOfAsync(() => next.ProtectValueAsync([1])), Altered);
        Assert.False((await next.Service.Events.VerifyAsync()).Success);
    }

    [Fact]
    public async Task A_root_under_a_key_of_theirs_is_refused_and_that_key_is_not_asked()
    {
        await using Scene scene = await Scene.BeginAsync();
        string storeId = (await scene.Machine.Service.DescribeAsync()).StoreId;
        string theirs = await scene.Platform.Keys.CreateKeyAsync();
        using RootKeySet planted = RootKeySet.Create();
        using KmsDataKey dataKey = await scene.Machine.Kms.GenerateDataKeyAsync(
            scene.Machine.Connection, theirs, new Dictionary<string, string> { ["StoreId"] = storeId }, default);
        PlatformKeyScene.Set(scene.Machine, "root-key", KmsRootKeySeal.Seal(planted, storeId, theirs, dataKey, Envelope.AesGcmFactory.Instance));
        PlatformKeyScene.Set(scene.Machine, "root-id", Encoding.UTF8.GetBytes(planted.Mark));
        scene.Machine.Kms.Forget();

        TenantEncryptionException refusal = await scene.IsRefusedAsync(ErrorCodes.RootKeyMismatch);
        Assert.Contains(theirs, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.RootKeyMismatch, await scene.Machine.CodeOfReadingAsync(scene.Message));
        Assert.Equal(0, scene.Machine.Kms.Count);
    }

    [Fact]
    public async Task A_root_that_the_platforms_key_sealed_for_another_store_is_refused()
    {
        await using Scene scene = await Scene.BeginAsync();
        await using TestService foreign = await TestService.OpenAsync(options => options with { RootKeyVault = scene.Platform.Vault() }, keys: scene.Platform.Keys);
        PlatformKeyScene.Set(scene.Machine, "root-key", PlatformKeyScene.Setting(foreign, "root-key"));
        PlatformKeyScene.Set(scene.Machine, "root-id", PlatformKeyScene.Setting(foreign, "root-id"));

        TenantEncryptionException refusal = await scene.IsRefusedAsync(ErrorCodes.RootKeyMismatch);
        Assert.Contains("another store's", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.RootKeyMismatch, await scene.Machine.CodeOfReadingAsync(scene.Message));
    }

    [Fact]
    public async Task A_whole_other_store_with_this_ones_tenants_does_not_verify()
    {
        await using Scene scene = await Scene.BeginAsync();
        await using TestService foreign = await TestService.OpenAsync(options => options with { RootKeyVault = scene.Platform.Vault() }, keys: scene.Platform.Keys);
        foreach (string name in new[] { "store-id", "root-key", "root-id" })
        {
            PlatformKeyScene.Set(scene.Machine, name, PlatformKeyScene.Setting(foreign, name));
        }

        TestService next = await scene.OpenAsync();
        Assert.Contains(await next.CodeOfReadingAsync(scene.Message), Altered);
        scene.Machine.Service.Keys.ClearLeases();
        Assert.Contains(await scene.Machine.CodeOfReadingAsync(scene.Message), Altered);
    }

    [Fact]
    public async Task Any_altered_bit_of_the_sealed_root_is_refused()
    {
        await using Scene scene = await Scene.BeginAsync();
        byte[] good = PlatformKeyScene.Setting(scene.Machine, "root-key");
        KmsRootKeySeal seal = KmsRootKeySeal.Find(good)!;
        IRootKeyVault vault = scene.Platform.Vault();
        string storeId = (await scene.Machine.Service.DescribeAsync()).StoreId;
        await using Changes.Operation operation = scene.Machine.Service.Work.Begin("test");
        for (int at = 0; at < good.Length; at++)
        {
            byte[] altered = [.. good];
            altered[at] ^= 1;
            TenantEncryptionException refusal = await Refusal.OfAsync(() => vault.OpenAsync(storeId, altered, operation.Kms, default));
            Assert.True(refusal.Code == ErrorCodes.RootKeyMismatch, $"byte {at}: {refusal.Message}");
        }

        for (int length = 0; length < good.Length; length += 7)
        {
            byte[] cut = good[..length];
            Assert.Equal(ErrorCodes.RootKeyMismatch, await Refusal.CodeOfAsync(() => vault.OpenAsync(storeId, cut, operation.Kms, default)));
        }

        Assert.Equal(scene.Platform.KeyArn, seal.KeyArn);
        using RootKeySet? opened = await vault.OpenAsync(storeId, good, operation.Kms, default);
        Assert.NotNull(opened);
        Assert.Equal(ErrorCodes.RootKeyMismatch, await Refusal.CodeOfAsync(() => vault.OpenAsync(new string('0', 32), good, operation.Kms, default)));
    }

    [Theory]
    [InlineData("Passphrase", ErrorCodes.RootKeyMismatch)]
    [InlineData("File", ErrorCodes.RootKeyMismatch)]
    [InlineData("nonsense", ErrorCodes.RootKeyMismatch)]
    public async Task A_store_that_says_its_root_is_kept_in_another_way_is_refused(string protection, string code)
    {
        await using Scene scene = await Scene.BeginAsync();
        PlatformKeyScene.Set(scene.Machine, "root-protection", Encoding.UTF8.GetBytes(protection));
        TenantEncryptionException refusal = await Refusal.OfAsync(() => scene.OpenAsync());
        Assert.Contains(refusal.Code, new[] { code, ErrorCodes.PassphraseRequired });
    }

    [Fact]
    public async Task The_same_key_id_in_another_account_is_another_key()
    {
        await using Scene scene = await Scene.BeginAsync();
        string elsewhere = scene.Platform.KeyArn.Replace(":" + KeyIdentifier.Parse(scene.Platform.KeyArn).AccountId + ":", ":999988887777:", StringComparison.Ordinal);
        TenantEncryptionException refusal = await Refusal.OfAsync(() => scene.Platform.OpenAsync(vault: scene.Platform.Vault(elsewhere)));
        Assert.Equal(ErrorCodes.RootKeyMismatch, refusal.Code);
        Assert.Contains(elsewhere, refusal.Message, StringComparison.Ordinal);
    }

    private sealed class Scene(PlatformKeyScene platform, TestService machine, byte[] message) : IAsyncDisposable
    {
        public PlatformKeyScene Platform => platform;

        public TestService Machine => machine;

        public byte[] Message => message;

        public static async Task<Scene> BeginAsync()
        {
            PlatformKeyScene platform = await PlatformKeyScene.BeginAsync();
            TestService machine = await platform.OpenAsync();
            await machine.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
            return new Scene(platform, machine, await machine.ProtectValueAsync([1]));
        }

        public Task<TestService> OpenAsync() => platform.OpenAsync();

        public Task<TenantEncryptionException> IsRefusedAsync(string code) => CheckAsync(code);

        public ValueTask DisposeAsync() => platform.DisposeAsync();

        private async Task<TenantEncryptionException> CheckAsync(string code)
        {
            TenantEncryptionException refusal = await Refusal.OfAsync(() => platform.OpenAsync());
            Assert.Equal(code, refusal.Code);
            return refusal;
        }
    }
}
