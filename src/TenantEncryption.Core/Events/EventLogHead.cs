using System.Globalization;
using TenantEncryption.Errors;

namespace TenantEncryption.Events;

/// <summary>The end of the event log: kept outside the store, it shows later whether records were cut off or replaced.</summary>
/// <param name="Sequence">The number of the last record; 0 when there is none.</param>
/// <param name="Mac">The MAC of the last record in lower-case hexadecimal.</param>
public sealed record EventLogHead(long Sequence, string Mac)
{
    /// <summary>Reads the text form.</summary>
    /// <param name="text"><c>number:mac</c>, as <see cref="ToString"/> writes it.</param>
    /// <returns>The head.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>.</exception>
    public static EventLogHead Parse(string text)
    {
        string[] parts = text.Split(':');
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)
            ? new EventLogHead(sequence, parts[1])
            : throw new TenantEncryptionException(ErrorCodes.InvalidInput, "A log head is written as number:mac.");
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sequence}:{Mac}");
}
