namespace TenantEncryption.Keys.Root;

/// <summary>What a store says of its root keys.</summary>
/// <param name="StoreId">The store's id.</param>
/// <param name="Mark">Which keys it needs, as <see cref="RootKeySet.Mark"/> has it.</param>
/// <param name="Protection">How they are kept.</param>
/// <param name="Kept">What the store itself keeps of them, sealed; <see langword="null"/> where they are kept elsewhere.</param>
internal sealed record RootNotes(string StoreId, string? Mark, string? Protection, byte[]? Kept)
{
    /// <summary>The id of the key that it needs.</summary>
    public string? CurrentId => Mark?.Split(':')[0];
}
