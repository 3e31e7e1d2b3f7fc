using TenantEncryption.Envelope;
using TenantEncryption.Errors;

namespace TenantEncryption.Spaces;

/// <summary>The objects of a bucket. A name is a key: every other spelling is another object.</summary>
/// <param name="bucket">The bucket.</param>
internal sealed class BucketSpace(IBucket bucket) : IObjectSpace
{
    // Nearly every header is shorter; a longer one is read again, up to what a header may have.
    private const int UsualHeader = 16 << 10;

    /// <inheritdoc/>
    public string Address { get; } = new ObjectAddress(bucket.Name, "").Space;

    /// <summary>The bucket.</summary>
    public IBucket Bucket => bucket;

    /// <inheritdoc/>
    public string NameOf(string path) => ObjectAddress.Parse(path).Key;

    /// <inheritdoc/>
    public string PathOf(string name) => $"{Address}/{name}";

    /// <inheritdoc/>
    public string KeyOf(string name) => name;

    /// <inheritdoc/>
    public string PrefixOf(string name) => name.Length == 0 || name.EndsWith('/') ? name : name + '/';

    /// <inheritdoc/>
    public async ValueTask<bool?> ExistsAsync(string name, string version, CancellationToken cancellationToken)
    {
        try
        {
            if (await bucket.FindAsync(name, version.Length == 0 ? null : version, cancellationToken).ConfigureAwait(false) is not null)
            {
                return true;
            }

            // Who deletes an object of a bucket that keeps versions leaves them all there.
            return version.Length == 0 && await HasVersionAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public string? FindEmptyAbove(string name) => null; // A bucket that is not there is told by ExistsAsync.

    /// <inheritdoc/>
    public async Task<bool?> HoldsAsync(string name, string messageId, CancellationToken cancellationToken)
    {
        try
        {
            (MessageHeader header, _) = await ReadHeaderAsync(name, null, MessageLimits.OfHeader, cancellationToken).ConfigureAwait(false);
            return Convert.ToHexStringLower(header.MessageId.Span) == messageId;
        }
        catch (TenantEncryptionException exception)
        {
            return exception.Definition.Kind is ErrorKind.InvalidData || exception.Code is ErrorCodes.SourceNotFound or ErrorCodes.NotAMessage or ErrorCodes.LimitExceeded
                ? false
                : null;
        }
    }

    /// <summary>Reads the header of an object, which is not authenticated by that.</summary>
    /// <param name="name">Its key.</param>
    /// <param name="versionId">A version; <see langword="null"/> for the latest.</param>
    /// <param name="limits">What to accept.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The header, and the object.</returns>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>, <c>NOT_A_MESSAGE</c>, <c>MESSAGE_TRUNCATED</c>, <c>LIMIT_EXCEEDED</c>, and the bucket's.</exception>
    public async Task<(MessageHeader Header, ObjectState Object)> ReadHeaderAsync(
        string name, string? versionId, MessageLimits limits, CancellationToken cancellationToken)
    {
        for (int length = UsualHeader; ; length = limits.MaxHeaderLength)
        {
            ObjectContent content = await bucket.OpenAsync(name, new ObjectSelection(versionId, To: length - 1), cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                try
                {
                    return (await MessageReader.ReadHeaderAsync(content.Stream, limits, cancellationToken).ConfigureAwait(false), content.State);
                }
                catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.MessageTruncated && length < limits.MaxHeaderLength && content.State.Length > length)
                {
                }
            }
        }
    }

    private async ValueTask<bool> HasVersionAsync(string name, CancellationToken cancellationToken)
    {
        await foreach (ListedObject one in bucket.ListVersionsAsync(name, withMarkers: false, cancellationToken).ConfigureAwait(false))
        {
            // The key itself comes before all that it is the beginning of.
            return one.Key == name;
        }

        return false;
    }
}
