using System.Globalization;
using TenantEncryption.Integrity;

namespace TenantEncryption.Anchors;

/// <summary>
/// An anchor of the event log: the root of a Merkle tree (RFC 6962) over the heads of all chains, in a chain of anchors. Kept where who writes the store
/// can't, it shows later whether the store still has every event up to it.
/// </summary>
public sealed record Anchor
{
    /// <summary>The store's id.</summary>
    public required string StoreId { get; init; }

    /// <summary>Its number: 1, 2, 3, … without a gap.</summary>
    public required long Number { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>How many chains' heads it covers.</summary>
    public required long Chains { get; init; }

    /// <summary>The root of the tree over them: SHA-256 in lower-case hexadecimal.</summary>
    public required string Root { get; init; }

    /// <summary>The hash of the anchor before it; <see langword="null"/> of the first one.</summary>
    public string? Previous { get; init; }

    /// <summary>The anchor's own hash: SHA-256, in lower-case hexadecimal, over a label and all of the above, length-prefixed.</summary>
    public string Hash => Convert.ToHexStringLower(new LengthPrefixed()
        .Label("TenantEncryption anchor v1"u8)
        .Add(StoreId).Add(Number).Add(Time.UtcTicks).Add(Chains).Add(Root).AddOptional(Previous)
        .ToHash());

    internal AnchorMark Mark => new(Number, Root) { StoreId = StoreId, Hash = Hash };

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}:{Root}");
}
