using System.Globalization;

namespace TenantEncryption.Anchors;

/// <summary>What somebody kept of an anchor: its number and root, and more where he has it.</summary>
/// <param name="Number">The number.</param>
/// <param name="Root">The root, in lower-case hexadecimal.</param>
internal sealed record AnchorMark(long Number, string Root)
{
    /// <summary>The store's id, or <see langword="null"/>.</summary>
    public string? StoreId { get; init; }

    /// <summary>The anchor's hash, or <see langword="null"/>.</summary>
    public string? Hash { get; init; }

    /// <summary>Whether an anchor is the one of which this was kept.</summary>
    public bool Fits(Anchor anchor) =>
        anchor.Number == Number && anchor.Root == Root && (StoreId is null || anchor.StoreId == StoreId) && (Hash is null || anchor.Hash == Hash);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}:{Root}");
}
