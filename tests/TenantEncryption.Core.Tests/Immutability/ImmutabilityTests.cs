using FsCheck;
using FsCheck.Fluent;
using TenantEncryption.Data;
using TenantEncryption.Envelope;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Immutability;

/// <summary>A message is written once: no key and IV ever meet two inputs, and no data key wraps two messages, whatever is done in whatever order.</summary>
public sealed class ImmutabilityTests
{
    [Fact]
    public void No_key_and_IV_meet_two_inputs_on_any_way_through_the_product()
    {
        Gen<WalkStep> step =
            from kind in Gen.Elements(Enum.GetValues<WalkStepKind>())
            from tenant in Gen.Choose(0, 2)
            from amount in Gen.Choose(0, 99)
            select new WalkStep(kind, tenant, amount);
        Arbitrary<WalkStep[]> walks = Arb.From(
            from length in Gen.Choose(5, 30)
            from steps in Gen.ArrayOf(step, length)
            select steps,
            walk => Enumerable.Range(0, walk.Length).Select(left => walk.Where((_, index) => index != left).ToArray()));

        Prop.ForAll(walks, walk => Task.Run(() => RunAsync(walk)).GetAwaiter().GetResult().Count >= 0).Check(Config.QuickThrowOnFailure.WithMaxTest(12));
    }

    [Fact]
    public async Task Every_step_can_be_taken()
    {
        WalkStepKind[] kinds = Enum.GetValues<WalkStepKind>();

        HashSet<WalkStepKind> taken = await RunAsync(
            [.. kinds.Concat(kinds).SelectMany((kind, index) => new[] { 0, 1, 2 }.Select(tenant => new WalkStep(kind, tenant, (3 * index) + tenant)))]);

        Assert.Equal(kinds, taken.Order());
    }

    [Fact]
    public async Task Every_AES_GCM_call_for_a_message_is_watched()
    {
        var watch = new WatchedAeadFactory();
        await using TestService service = await TestService.WithTenantAsync(options => options with { AeadFactory = watch });

        // The share that the internal KMS gives, the key record, and whatever else makes a tenant.
        Assert.InRange(watch.Encryptions, 2, 10);
        await service.ProtectValueAsync([1]);
        int before = watch.Encryptions;

        await service.ProtectValueAsync(new byte[1000], options: new ProtectOptions { FrameLength = 100 });
        Assert.Equal(before + 1 + 1 + 10, watch.Encryptions); // The wrap, the header's tag, ten frames.

        await service.ProtectAsync(service.Folders.Random("one", 100_000));
        Assert.Equal(before + 12 + 3, watch.Encryptions);

        await service.Service.Keys.RotateAsync("acme");
        Assert.Equal(before + 15 + 2, watch.Encryptions); // A share, and the new key under it.
    }

    [Fact]
    public async Task A_passphrase_never_seals_twice_under_one_key()
    {
        var watch = new WatchedAeadFactory();
        using var vault = new PassphraseRootKeyVault(new SecretBytes("correct horse"u8), iterations: 10, watch);
        using var root = new RootKeySet(RootKey.Create());

        byte[]? kept = null;
        for (int i = 0; i < 5; i++)
        {
            kept = await ((IRootKeyVault)vault).SealAsync("store", root, null!, default);
        }

        using RootKeySet? loaded = await ((IRootKeyVault)vault).OpenAsync("store", kept, null!, default);
        Assert.Equal(root.Current.Id, loaded?.Current.Id);
        Assert.Equal(5, watch.Encryptions);
        Assert.Equal(5, watch.Keys.Count());
    }

    [Fact]
    public void The_watch_sees_a_data_key_that_is_wrapped_twice()
    {
        var watch = new WatchedAeadFactory();
        using IAead kek = watch.Create(new byte[32]);
        byte[] dataKey = new byte[32];

        RawAesKeyWrap.Wrap(kek, "n", "k", dataKey, EncryptionContext.Empty);
        Assert.Empty(watch.Reused);
        RawAesKeyWrap.Wrap(kek, "n", "k", dataKey, EncryptionContext.Empty);

        Assert.Single(watch.Reused);
    }

    private static async Task<HashSet<WalkStepKind>> RunAsync(WalkStep[] walk)
    {
        await using ProductWalk product = await ProductWalk.BeginAsync();
        foreach (WalkStep step in walk)
        {
            await product.TakeAsync(step);
        }

        await product.ReadEverythingAsync();
        Assert.Empty(product.Reused);
        return product.Taken;
    }
}
