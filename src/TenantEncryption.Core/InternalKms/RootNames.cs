namespace TenantEncryption.Keys.Root;

/// <summary>What is known of root keys without them: it stays when their lease is over.</summary>
/// <param name="Mark">What the store said of them: see <see cref="RootKeySet.Mark"/>.</param>
/// <param name="All">All of them, current one first.</param>
internal sealed record RootNames(string Mark, IReadOnlyList<RootName> All)
{
    /// <summary>The key that seals.</summary>
    public RootName Current => All[0];

    /// <summary>Whether the root is being rotated: the one before is still at hand.</summary>
    public bool IsRotating => All.Any(root => root.Number < Current.Number);

    /// <summary>Whether a key is among them, so that its log key signs.</summary>
    /// <param name="number">The key's number.</param>
    public bool Has(int number) => All.Any(root => root.Number == number);

    /// <summary>Whether they are ahead of what a store says: of a rotation of this process, which is not committed yet.</summary>
    /// <param name="currentId">The id of the root key that the store says.</param>
    public bool AreAheadOf(string? currentId) => All.Any(root => root.Id == currentId && root.Number < Current.Number);

    /// <summary>The names of keys.</summary>
    public static RootNames Of(RootKeySet roots, string mark) => new(mark, [.. roots.Keys.Select(root => new RootName(root.Number, root.Id))]);
}
