using System.Globalization;
using TenantEncryption.Errors;

namespace TenantEncryption.Events;

/// <summary>The end of a chain of events: kept outside the store, it shows later whether events were cut off or replaced.</summary>
/// <param name="TenantId">The tenant whose chain it is; <see langword="null"/> for the store's own.</param>
/// <param name="Sequence">The number of the last event; 0 when there is none.</param>
/// <param name="Mac">Its MAC in lower-case hexadecimal.</param>
public sealed record EventLogHead(string? TenantId, long Sequence, string Mac)
{
    internal string Chain => TenantId ?? StoredEvent.StoreChain;

    /// <summary>Reads the text form.</summary>
    /// <param name="text"><c>number:mac</c> of the store's chain, <c>number:mac:tenant id</c> of a tenant's, as <see cref="ToString"/> writes it.</param>
    /// <returns>The head.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>.</exception>
    public static EventLogHead Parse(string text)
    {
        string[] parts = text.Split(':', 3);
        return parts.Length >= 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)
            ? new EventLogHead(parts.Length == 3 ? parts[2] : null, sequence, parts[1])
            : throw new TenantEncryptionException(ErrorCodes.InvalidInput, "A head of the event log is written as number:mac, or number:mac:tenant.");
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Sequence}:{Mac}{(TenantId is null ? "" : ":" + TenantId)}");

    internal static EventLogHead Of(string chain, long sequence, byte[] mac) =>
        new(chain == StoredEvent.StoreChain ? null : chain, sequence, Convert.ToHexStringLower(mac));
}
