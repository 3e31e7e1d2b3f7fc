using TenantEncryption.Integrity;

namespace TenantEncryption.Anchors;

/// <summary>
/// The tree over the heads of all chains, in the ordinal order of the chains' names. A leaf's data are the length-prefixed name, number and MAC of the
/// head: the MAC, which nobody knows who was not shown it, blinds the leaf, so that a path tells nothing of the other chains.
/// </summary>
internal sealed class HeadTree
{
    private readonly SortedDictionary<string, AnchoredHead> _heads = new(StringComparer.Ordinal);
    private List<string>? _chains;
    private MerkleTree? _tree;

    /// <summary>Makes the tree of heads, one a chain.</summary>
    public HeadTree(IEnumerable<AnchoredHead> heads)
    {
        foreach (AnchoredHead head in heads)
        {
            _heads[head.Chain] = head;
        }
    }

    /// <summary>How many heads it has.</summary>
    public int Count => _heads.Count;

    /// <summary>The root in lower-case hexadecimal.</summary>
    public string Root => Convert.ToHexStringLower(Tree.Root);

    private MerkleTree Tree => _tree ??= Build();

    /// <summary>Puts a head in the place of that of its chain, or adds the chain.</summary>
    public void Put(AnchoredHead head)
    {
        bool isNew = !_heads.ContainsKey(head.Chain);
        _heads[head.Chain] = head;
        if (isNew)
        {
            _tree = null;
        }
        else
        {
            _tree?.Replace(IndexOf(head.Chain), LeafOf(head.Chain, head.Sequence, head.Mac));
        }
    }

    /// <summary>The head of a chain with its place and path, or <see langword="null"/>.</summary>
    public (AnchoredHead Head, int Index, IReadOnlyList<byte[]> Path)? Find(string chain)
    {
        if (!_heads.TryGetValue(chain, out AnchoredHead? head))
        {
            return null;
        }

        MerkleTree tree = Tree;
        int index = IndexOf(chain);
        return (head, index, tree.PathOf(index));
    }

    /// <summary>The leaf of a head.</summary>
    public static byte[] LeafOf(string chain, long sequence, ReadOnlySpan<byte> mac) =>
        MerkleTree.HashLeaf(new LengthPrefixed().Add(chain).Add(sequence).Add(mac).Bytes);

    private MerkleTree Build()
    {
        _chains = [.. _heads.Keys];
        return new MerkleTree(_heads.Values.Select(head => LeafOf(head.Chain, head.Sequence, head.Mac)));
    }

    private int IndexOf(string chain) => _chains!.BinarySearch(chain, StringComparer.Ordinal);
}
