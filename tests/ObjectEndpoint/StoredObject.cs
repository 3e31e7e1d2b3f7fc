namespace TenantEncryption.ObjectEndpoint;

/// <summary>An object: whole, and never changed.</summary>
/// <param name="Parts">Its content, in order.</param>
/// <param name="Headers">What it has beside its content, by the names of S3's headers.</param>
internal sealed record StoredObject(IReadOnlyList<byte[]> Parts, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The entity tag: another one for each object.</summary>
    public string ETag { get; } = $"\"{Guid.NewGuid():N}\"";

    /// <summary>When it was put.</summary>
    public DateTimeOffset ModifiedAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>Its length in bytes.</summary>
    public long Length { get; } = Parts.Sum(part => (long)part.Length);

    /// <summary>Gives out a part of the content.</summary>
    public async Task CopyAsync(Stream destination, long from, long length, CancellationToken cancellationToken)
    {
        foreach (byte[] part in Parts)
        {
            if (from >= part.Length)
            {
                from -= part.Length;
                continue;
            }

            int count = (int)Math.Min(length, part.Length - from);
            await destination.WriteAsync(part.AsMemory((int)from, count), cancellationToken);
            (from, length) = (0, length - count);
            if (length == 0)
            {
                return;
            }
        }
    }
}
