using System.Security.Cryptography;

namespace TenantEncryption.Anchors;

/// <summary>
/// The Merkle tree of RFC 6962, section 2.1, over SHA-256: a leaf is the hash of 0x00 and its data, a node that of 0x01 and its two children. It is built
/// level by level; a last node without a neighbour goes up as it is, which gives the same tree as the RFC's splits at powers of two.
/// </summary>
internal sealed class MerkleTree
{
    private static readonly byte[] LeafPrefix = [0];
    private static readonly byte[] NodePrefix = [1];

    // The leaves, and above them every level up to the root alone.
    private readonly List<byte[][]> _levels;

    /// <summary>Builds the tree of leaves, each as <see cref="HashLeaf"/> gives it.</summary>
    public MerkleTree(IEnumerable<byte[]> leaves)
    {
        _levels = [[.. leaves]];
        while (_levels[^1].Length > 1)
        {
            byte[][] below = _levels[^1];
            var level = new byte[(below.Length + 1) / 2][];
            for (int index = 0; index < level.Length; index++)
            {
                level[index] = NodeOver(below, index);
            }

            _levels.Add(level);
        }
    }

    /// <summary>The Merkle Tree Hash; of no leaves the hash of nothing.</summary>
    public byte[] Root => _levels[^1] is [var root] ? root : SHA256.HashData([]);

    /// <summary>The hash of a leaf's data.</summary>
    public static byte[] HashLeaf(ReadOnlySpan<byte> data) => Hash(LeafPrefix, data, []);

    /// <summary>The audit path of a leaf (section 2.1.1): the missing node of each level, from the leaf up.</summary>
    public IReadOnlyList<byte[]> PathOf(int index)
    {
        var path = new List<byte[]>();
        foreach (byte[][] level in _levels)
        {
            int neighbour = index ^ 1;
            if (neighbour < level.Length)
            {
                path.Add(level[neighbour]);
            }

            index /= 2;
        }

        return path;
    }

    /// <summary>Puts another leaf in the place of one.</summary>
    public void Replace(int index, byte[] leaf)
    {
        _levels[0][index] = leaf;
        for (int level = 1; level < _levels.Count; level++)
        {
            index /= 2;
            _levels[level][index] = NodeOver(_levels[level - 1], index);
        }
    }

    /// <summary>Whether a leaf is in the tree of a root: RFC 9162, section 2.1.3.2.</summary>
    /// <param name="root">The root.</param>
    /// <param name="size">How many leaves the tree has.</param>
    /// <param name="leaf">The leaf's hash.</param>
    /// <param name="index">The leaf's place, from 0.</param>
    /// <param name="path">The audit path.</param>
    public static bool Verify(ReadOnlySpan<byte> root, long size, byte[] leaf, long index, IEnumerable<byte[]> path)
    {
        if (index < 0 || index >= size)
        {
            return false;
        }

        (long node, long last, byte[] hash) = (index, size - 1, leaf);
        foreach (byte[] neighbour in path)
        {
            if (last == 0)
            {
                return false;
            }

            if (node % 2 == 1 || node == last)
            {
                hash = Hash(NodePrefix, neighbour, hash);
                while (node % 2 == 0 && node != 0)
                {
                    (node, last) = (node / 2, last / 2);
                }
            }
            else
            {
                hash = Hash(NodePrefix, hash, neighbour);
            }

            (node, last) = (node / 2, last / 2);
        }

        return last == 0 && root.SequenceEqual(hash);
    }

    private static byte[] NodeOver(byte[][] below, int index) =>
        (2 * index) + 1 < below.Length ? Hash(NodePrefix, below[2 * index], below[(2 * index) + 1]) : below[2 * index];

    private static byte[] Hash(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(prefix);
        hash.AppendData(left);
        hash.AppendData(right);
        return hash.GetHashAndReset();
    }
}
