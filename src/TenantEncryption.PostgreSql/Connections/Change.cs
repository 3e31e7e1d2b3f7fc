using TenantEncryption.Keys;

namespace TenantEncryption.PostgreSql.Connections;

/// <summary>
/// What a writing transaction leaves in the row of its chain, so that one whose connection was cut while it committed can look whether it did: a random id, before
/// those of the writers before it.
/// </summary>
/// <param name="Chain">A tenant's id, or the empty text for what the store keeps for all.</param>
/// <param name="Id">The id.</param>
internal sealed record Change(string Chain, string Id)
{
    // So many others may have written between the cut and the look.
    private const int Kept = 16;

    private static readonly int IdLength = Identifiers.New("c-").Length;

    /// <summary>The length of what a row keeps.</summary>
    public static int Length { get; } = Kept * IdLength;

    /// <summary>The ids that the row had before, the latest first.</summary>
    public string Before { get; set; } = "";

    /// <summary>One of a new transaction.</summary>
    public static Change Of(string chain) => new(chain, Identifiers.New("c-"));

    /// <summary>Takes note of the row as the transaction leaves it.</summary>
    public void Note(string changes) => Before = changes[IdLength..];

    /// <summary>Whether the change was kept, by what its row says now.</summary>
    /// <param name="changes">The ids in the row; none where it has no row.</param>
    /// <returns><see langword="null"/> when that can't be told, as too many others have written since.</returns>
    public bool? WasKept(string changes)
    {
        if (changes.Contains(Id, StringComparison.Ordinal))
        {
            return true;
        }

        bool tellsSinceBefore = Before.Length == 0 ? changes.Length < Length : changes.Contains(Before[..IdLength], StringComparison.Ordinal);
        return tellsSinceBefore ? false : null;
    }
}
