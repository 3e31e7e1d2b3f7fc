using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Spaces;

namespace TenantEncryption.Data.Cataloguing;

/// <summary>A file that was found, what its header says, and what the catalog knows of it. One thread works on it at a time.</summary>
/// <param name="request">The file.</param>
/// <param name="key">The key of its name in the space.</param>
internal sealed class CatalogFile(FileRequest request, string key)
{
    // An object's come with its header; those of a file are looked for when they are needed, as few are.
    private (long Length, DateTimeOffset WrittenAt)? _measures;

    /// <summary>The file's full path.</summary>
    public string Path => request.Source;

    /// <summary>The key of its name.</summary>
    public string Key => key;

    /// <summary>Its header, which anyone could have written; <see langword="null"/> when it has none.</summary>
    public MessageHeader? Header { get; private set; }

    /// <summary>The message id that the header says.</summary>
    public string? MessageId { get; private set; }

    /// <summary>The key-encryption key that the header names first.</summary>
    public string? NamedKek { get; private set; }

    /// <summary>Why it is no message.</summary>
    public TenantEncryptionException? Flaw { get; private set; }

    /// <summary>Why it could not be looked at.</summary>
    public TenantEncryptionException? Error { get; private set; }

    /// <summary>Whether somebody has it open for itself, as its writer has until it is confirmed.</summary>
    public bool IsInUse => Error?.InnerException is IOException failure && FileInUse.Is(failure);

    /// <summary>Whether there was something to look at: what is gone since it was listed is not.</summary>
    public bool IsLegible => Header is not null || Flaw is not null;

    /// <summary>The message id that the catalog knows at the path.</summary>
    public string? KnownId { get; set; }

    /// <summary>The tenant of the message that the catalog knows at the path, where that matters.</summary>
    public string? KnownTenantId { get; set; }

    /// <summary>Whether the message is pending: its writer is at work, or recovery settles it.</summary>
    public bool IsPending { get; set; }

    /// <summary>The entry of the message at another path.</summary>
    public CatalogEntry? Elsewhere { get; set; }

    /// <summary>Whether the message is not there any more.</summary>
    public bool IsGoneElsewhere { get; set; }

    /// <summary>The entry to be, once the header's tag is verified.</summary>
    public CatalogEntry? Verified { get; set; }

    /// <summary>What there is to tell.</summary>
    public CatalogChange? Change { get; private set; }

    /// <summary>Whether the path holds something else than the catalog knows there.</summary>
    public bool IsOther => IsLegible && KnownId is not null && KnownId != MessageId && !IsPending;

    /// <summary>Whether another look may tell more: between one at the file and one at the catalog a writer may have come.</summary>
    public bool IsUnclear => IsOther || (IsInUse && !IsPending);

    /// <summary>Reads the header: it is opened, read from its start and closed.</summary>
    public async ValueTask ReadAsync(CatalogWork work, CancellationToken cancellationToken)
    {
        (Header, MessageId, NamedKek, Flaw, Error, IsPending, Elsewhere) = (null, null, null, null, null, false, null);
        TenantEncryptionException? failure = await FileFailure.CatchAsync(Path, "read", () => ReadHeaderAsync(work, cancellationToken), cancellationToken).ConfigureAwait(false);
        MessageId = Header is null ? null : Convert.ToHexStringLower(Header.MessageId.Span);
        switch (failure?.Code)
        {
            case null or ErrorCodes.SourceNotFound:
                break;
            case ErrorCodes.NotAMessage or ErrorCodes.MessageTruncated or ErrorCodes.MessageAltered or ErrorCodes.LimitExceeded:
                Flaw = failure;
                break;
            default:
                Error = failure;
                break;
        }

        foreach (EncryptedDataKey one in Header?.EncryptedDataKeys ?? [])
        {
            if (NamedKek is null && one.ProviderId == RawAesKeyWrap.TenantEncryptionProviderId && RawAesKeyWrap.TryReadKeyName(one, out string? name))
            {
                NamedKek = name;
            }
        }
    }

    private async ValueTask ReadHeaderAsync(CatalogWork work, CancellationToken cancellationToken)
    {
        if (work.Space is BucketSpace bucket)
        {
            (MessageHeader header, ObjectState state) = await bucket.ReadHeaderAsync(
                bucket.NameOf(Path), null, MessageLimits.OfHeader, cancellationToken).ConfigureAwait(false);
            (Header, _measures) = (header, (state.Length, state.ModifiedAt ?? work.Time.GetUtcNow()));
            return;
        }

        using SafeFileHandle source = SourceFile.Open(work.Effects, Path, followLink: !request.IsListed);
        Header = await MessageReader.ReadHeaderAsync(source, MessageLimits.OfHeader, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Its length in bytes, and when it was written.</summary>
    public (long Length, DateTimeOffset WrittenAt) Measure()
    {
        if (_measures is { } known)
        {
            return known;
        }

        var found = new FileInfo(Path);
        return (found.Length, new DateTimeOffset(found.LastWriteTimeUtc, TimeSpan.Zero));
    }

    /// <summary>Takes note of what can't be judged.</summary>
    public void Fail(TenantEncryptionException error) => Error = error;

    /// <summary>Takes note that there is nothing to tell.</summary>
    public void Settle() => Error = null;

    /// <summary>Tells of the file.</summary>
    public void Tell(CatalogChange change) => Change = change;
}
