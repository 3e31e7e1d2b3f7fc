using TenantEncryption.Anchors;

namespace TenantEncryption.Tests.Anchors;

/// <summary>The tree against the values of the certificate-transparency project's own tests (merkletree_test.cc), and against the definition of RFC 6962.</summary>
public sealed class MerkleTreeTests
{
    private static readonly byte[][] Inputs =
    [
        .. new[] { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" }.Select(Convert.FromHexString),
    ];

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void The_root_is_that_of_certificate_transparency(int leaves, string root) =>
        Assert.Equal(root, Convert.ToHexStringLower(Tree(leaves).Root));

    [Theory]
    [InlineData(8, 0, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e 6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    [InlineData(8, 5, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0 d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(3, 2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(5, 1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")]
    public void A_path_is_that_of_certificate_transparency(int leaves, int index, string path) =>
        Assert.Equal(path.Split(' '), Tree(leaves).PathOf(index).Select(Convert.ToHexStringLower));

    [Fact]
    public void Roots_and_paths_of_every_size_are_those_of_the_definition()
    {
        for (int size = 1; size <= 70; size++)
        {
            byte[][] leaves = [.. Enumerable.Range(0, size).Select(index => MerkleTree.HashLeaf([(byte)index]))];
            var tree = new MerkleTree(leaves);

            Assert.Equal(RootByDefinition(leaves), tree.Root);
            for (int index = 0; index < size; index++)
            {
                Assert.True(MerkleTree.Verify(tree.Root, size, leaves[index], index, tree.PathOf(index)));
            }
        }
    }

    [Fact]
    public void No_other_leaf_place_size_or_path_leads_to_the_root()
    {
        for (int size = 1; size <= 20; size++)
        {
            byte[][] leaves = [.. Enumerable.Range(0, size).Select(index => MerkleTree.HashLeaf([(byte)index]))];
            var tree = new MerkleTree(leaves);
            for (int index = 0; index < size; index++)
            {
                IReadOnlyList<byte[]> path = tree.PathOf(index);

                Assert.All(Enumerable.Range(-1, size + 3).Where(place => place != index), place => Assert.False(MerkleTree.Verify(tree.Root, size, leaves[index], place, path)));
                Assert.False(MerkleTree.Verify(tree.Root, size, MerkleTree.HashLeaf([255]), index, path));
                Assert.False(MerkleTree.Verify(tree.Root, size, leaves[index], index, [.. path, leaves[0]]));
                Assert.All(Enumerable.Range(0, path.Count), left => Assert.False(MerkleTree.Verify(tree.Root, size, leaves[index], index, path.Where((_, step) => step != left))));
                Assert.All(
                    Enumerable.Range(0, path.Count),
                    altered => Assert.False(MerkleTree.Verify(tree.Root, size, leaves[index], index, path.Select((node, step) => step == altered ? MerkleTree.HashLeaf(node) : node))));
            }
        }

        Assert.False(MerkleTree.Verify(Tree(0).Root, 0, MerkleTree.HashLeaf([]), 0, []));
    }

    [Fact]
    public void A_node_does_not_pass_for_a_leaf()
    {
        byte[] left = MerkleTree.HashLeaf([1]);
        byte[] right = MerkleTree.HashLeaf([2]);

        Assert.NotEqual(MerkleTree.HashLeaf([.. left, .. right]), new MerkleTree([left, right]).Root);
    }

    [Fact]
    public void A_leaf_that_is_replaced_gives_the_tree_that_was_built_with_it()
    {
        for (int size = 1; size <= 17; size++)
        {
            byte[][] leaves = [.. Enumerable.Range(0, size).Select(index => MerkleTree.HashLeaf([(byte)index]))];
            var tree = new MerkleTree(leaves);
            for (int index = 0; index < size; index++)
            {
                leaves[index] = MerkleTree.HashLeaf([(byte)index, 1]);
                tree.Replace(index, leaves[index]);

                Assert.Equal(new MerkleTree(leaves).Root, tree.Root);
                Assert.True(MerkleTree.Verify(tree.Root, size, leaves[index], index, tree.PathOf(index)));
            }
        }
    }

    private static MerkleTree Tree(int leaves) => new(Inputs.Take(leaves).Select(input => MerkleTree.HashLeaf(input)));

    // MTH of section 2.1, as it is written there.
    private static byte[] RootByDefinition(ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length == 1)
        {
            return leaves[0];
        }

        int split = 1;
        while (2 * split < leaves.Length)
        {
            split *= 2;
        }

        return System.Security.Cryptography.SHA256.HashData([1, .. RootByDefinition(leaves[..split]), .. RootByDefinition(leaves[split..])]);
    }
}
