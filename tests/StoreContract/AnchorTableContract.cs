using TenantEncryption.Anchors;

namespace TenantEncryption.StoreContract;

public abstract class AnchorTableContract<TStore>
    where TStore : StoreUnderTest, new()
{
    private static readonly AnchoredHead[] First = [Head("", 1, 1), Head("acme", 1, 7), Head("ünï 😀", 1, 2)];
    private static readonly AnchoredHead[] Second = [Head("", 2, 2), Head("Acme", 2, 1), Head("acme", 2, 8)];
    private static readonly AnchoredHead[] Third = [Head("", 3, 3)];

    [Fact]
    public async Task The_heads_of_an_anchor_are_the_last_that_changed_up_to_it()
    {
        await using TStore store = await WithAnchorsAsync();

        Assert.Empty(await store.ReadAsync(t => t.Anchors.ListAsync(0)));
        AssertHeads(First, await store.ReadAsync(t => t.Anchors.ListAsync(1)));
        AssertHeads([Second[0], Second[1], Second[2], First[2]], await store.ReadAsync(t => t.Anchors.ListAsync(2)));
        AssertHeads([Third[0], Second[1], Second[2], First[2]], await store.ReadAsync(t => t.Anchors.ListAsync(3)));
        AssertHeads([Third[0], Second[1], Second[2], First[2]], await store.ReadAsync(t => t.Anchors.ListAsync(9)));
    }

    [Fact]
    public async Task The_head_of_a_chain_is_found_as_an_anchor_covered_it()
    {
        await using TStore store = await WithAnchorsAsync();

        AssertHeads([First[1]], [(await store.ReadAsync(t => t.Anchors.FindAsync("acme", 1)))!]);
        AssertHeads([Second[2]], [(await store.ReadAsync(t => t.Anchors.FindAsync("acme", 3)))!]);
        Assert.Null(await store.ReadAsync(t => t.Anchors.FindAsync("Acme", 1)));
        Assert.Null(await store.ReadAsync(t => t.Anchors.FindAsync("globex", 3)));
    }

    [Fact]
    public async Task What_changed_with_an_anchor_is_listed_by_chain_and_a_chain_anchor_by_anchor()
    {
        await using TStore store = await WithAnchorsAsync();

        AssertHeads(Second, await store.ReadAsync(t => t.Anchors.ListChangedAsync(2)));
        Assert.Empty(await store.ReadAsync(t => t.Anchors.ListChangedAsync(4)));
        AssertHeads([First[0], Second[0]], await store.ReadAsync(t => t.Anchors.ListChainAsync("", 0, 2)));
        AssertHeads([Third[0]], await store.ReadAsync(t => t.Anchors.ListChainAsync("", 2, 2)));
    }

    [Fact]
    public async Task An_anchors_head_of_a_chain_is_taken_once()
    {
        await using TStore store = await WithAnchorsAsync();

        await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(t => t.Anchors.AddAsync([Head("", 3, 4)])));

        AssertHeads(Third, await store.ReadAsync(t => t.Anchors.ListChangedAsync(3)));
    }

    private static async Task<TStore> WithAnchorsAsync()
    {
        var store = new TStore();
        foreach (AnchoredHead[] changed in new[] { First, Second, Third })
        {
            await store.WriteAsync(t => t.Anchors.AddAsync(changed));
        }

        return store;
    }

    private static AnchoredHead Head(string chain, long anchor, long sequence) => new(chain, anchor, sequence, [(byte)anchor, 0, (byte)sequence]);

    private static void AssertHeads(IEnumerable<AnchoredHead> expected, IEnumerable<AnchoredHead> actual) => Assert.Equivalent(expected.ToArray(), actual.ToArray(), strict: true);
}
