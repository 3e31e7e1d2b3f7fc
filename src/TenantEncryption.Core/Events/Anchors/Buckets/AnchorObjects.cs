using TenantEncryption.Spaces;

namespace TenantEncryption.Anchors;

/// <summary>Anchors in a bucket, for who has no store.</summary>
public static class AnchorObjects
{
    /// <summary>Reads the anchor of which a proof is, as a bucket keeps it.</summary>
    /// <param name="objects">The object store.</param>
    /// <param name="address">The place that anchors are put to: <c>s3://bucket/prefix</c>.</param>
    /// <param name="proof">The proof.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <returns>The evidence; an anchor that is missing, hidden or altered is evidence that fails.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it is no address; <c>SPACE_NOT_FOUND</c>, <c>SPACE_DENIED</c> and the other codes of buckets.</exception>
    public static async Task<AnchorEvidence> FindAsync(IObjectStore objects, string address, AnchorProof proof, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(objects);
        ArgumentNullException.ThrowIfNull(proof);
        AnchorFolder folder = AnchorFolder.Of(address, proof.Anchor.StoreId);
        KeptAnchor kept = await new AnchorFolderReader(objects.Open(folder.Bucket), folder, TimeProvider.System).FindAsync(proof.Anchor.Number, cancellationToken).ConfigureAwait(false);
        return AnchorEvidence.OfObject(folder.AddressOf(proof.Anchor.Number), kept.Anchor, kept.Fault);
    }
}
