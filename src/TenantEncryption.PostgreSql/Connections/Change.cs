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
    // 16 ids: so many others may have written between the cut and the look.
    private const int Kept = 16;

    /// <summary>The length of what a row keeps.</summary>
    public static int Length => Kept * Identifiers.New("c-").Length;

    /// <summary>One of a new transaction.</summary>
    public static Change Of(string chain) => new(chain, Identifiers.New("c-"));
}
