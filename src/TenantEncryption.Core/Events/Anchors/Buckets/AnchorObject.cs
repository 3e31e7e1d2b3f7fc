using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Spaces;

namespace TenantEncryption.Anchors;

/// <summary>One object with an anchor: its content is the line that a file of anchors has.</summary>
internal static class AnchorObject
{
    // An anchor has some 330 bytes.
    private const int Longest = 4096;

    /// <summary>The content of an anchor's object.</summary>
    public static byte[] Write(Anchor anchor) => Encoding.UTF8.GetBytes(AnchorText.Write(anchor) + "\n");

    /// <summary>Reads one.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object's key.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <returns>
    /// The anchor, <see langword="null"/> where the object is none whose hash is that of its fields, with what keeps the object from being deleted; nothing at all where there is no object.
    /// </returns>
    public static async Task<(Anchor? Anchor, ObjectHold Hold)?> ReadAsync(IBucket bucket, string key, CancellationToken cancellationToken)
    {
        ObjectContent content;
        try
        {
            content = await bucket.OpenAsync(key, default, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.SourceNotFound)
        {
            return null;
        }

        await using (content.ConfigureAwait(false))
        {
            if (content.State.Length > Longest)
            {
                return (null, content.State.Hold);
            }

            using var text = new StreamReader(content.Stream);
            string line = await text.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            return (AnchorText.TryRead(line.TrimEnd('\n'), out Anchor? anchor) ? anchor : null, content.State.Hold);
        }
    }
}
