using System.Globalization;
using TenantEncryption.Errors;

namespace TenantEncryption.Anchors;

/// <summary>
/// The proof that an anchor covers the head of one tenant's chain. It is verified without the store, against the anchor as somebody else kept it, and
/// shows nothing of other tenants but how many chains there are.
/// </summary>
public sealed record AnchorProof
{
    /// <summary>The anchor. It proves nothing by itself: compare it with one that was kept elsewhere.</summary>
    public required Anchor Anchor { get; init; }

    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>The number of the last event of the tenant that the anchor covers.</summary>
    public required long Sequence { get; init; }

    /// <summary>That event's MAC, in lower-case hexadecimal: with the number the tenant's head.</summary>
    public required string Mac { get; init; }

    /// <summary>The place of the tenant's leaf in the tree, from 0.</summary>
    public required long Index { get; init; }

    /// <summary>The audit path of RFC 6962, from the leaf up, in lower-case hexadecimal.</summary>
    public required IReadOnlyList<string> AuditPath { get; init; }

    /// <summary>Reads a proof from JSON, as ConvertTo-Json writes it.</summary>
    /// <param name="json">The JSON.</param>
    /// <returns>The proof.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>.</exception>
    public static AnchorProof Parse(string json) => AnchorText.TryReadProof(json, out AnchorProof? proof)
        ? proof
        : throw new TenantEncryptionException(ErrorCodes.InvalidInput, "This is no proof of a tenant's head, or one that was altered: the hash of its anchor is not that of the anchor's fields.");

    /// <summary>Verifies the proof against what was kept of its anchor.</summary>
    /// <param name="kept">What was kept.</param>
    /// <returns>The result; a proof that fails is a result, not an exception.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: what was kept is in a bucket, from which the anchor of the proof is to be read first.</exception>
    public AnchorTestResult Verify(AnchorEvidence kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        if (kept.Address is { } address)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"The anchor of the proof is to be read from '{address}' first (AnchorObjects.FindAsync).");
        }

        AnchorMark? mark = kept.Marks.FirstOrDefault(one => one.Number == Anchor.Number);
        string? fault = kept.Fault
            ?? (mark is null ? $"{kept.Source} has no anchor {Anchor.Number}."
                : !mark.Fits(Anchor) ? $"The proof is of another anchor {Anchor.Number} than {kept.Source} has."
                : !MerkleTree.Verify(Bytes(Anchor.Root), Anchor.Chains, HeadTree.LeafOf(TenantId, Sequence, Bytes(Mac)), Index, AuditPath.Select(Bytes))
                    ? $"The path does not lead from event {Sequence} of tenant '{TenantId}' to the root of anchor {Anchor.Number}."
                : null);
        return new AnchorTestResult
        {
            Code = fault is null ? ErrorCodes.Success : ErrorCodes.EventLogAltered,
            TenantId = TenantId,
            Number = Anchor.Number,
            Time = Anchor.Time,
            Head = string.Create(CultureInfo.InvariantCulture, $"{Sequence}:{Mac}:{TenantId}"),
            Detail = fault,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{TenantId} in {Anchor}";

    private static byte[] Bytes(string hexadecimal) => Convert.FromHexString(hexadecimal);
}
