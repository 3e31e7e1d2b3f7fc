namespace TenantEncryption.Data.Reading;

/// <summary>How much of a message was opened, and so may have been given out: never less than was. Told from any thread.</summary>
internal sealed class OpenedBytes : IProgress<long>
{
    private long _most;

    /// <summary>Bytes of plaintext.</summary>
    public long Most => Interlocked.Read(ref _most);

    /// <summary>Whose message it is, once that is known.</summary>
    public string? TenantId { get; set; }

    /// <inheritdoc/>
    public void Report(long value)
    {
        long known = Most;
        while (value > known)
        {
            long seen = Interlocked.CompareExchange(ref _most, value, known);
            if (seen == known)
            {
                return;
            }

            known = seen;
        }
    }
}
