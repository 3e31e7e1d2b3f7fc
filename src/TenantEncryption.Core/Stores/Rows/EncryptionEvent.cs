using System.Globalization;
using TenantEncryption.Errors;

namespace TenantEncryption.Events;

/// <summary>A CloudEvents 1.0 record of the event log.</summary>
public sealed record EncryptionEvent
{
    /// <summary>Its number in its chain: each tenant has one, and the store one for what is about no tenant.</summary>
    public long Sequence { get; init; }

    /// <summary>Its id, unique together with <see cref="Source"/>.</summary>
    public required string Id { get; init; }

    /// <summary>The store that it comes from, as a URN.</summary>
    public required string Source { get; init; }

    /// <summary>The version of CloudEvents: <c>1.0</c>.</summary>
    public string SpecVersion { get; init; } = "1.0";

    /// <summary>What happened: the platform's prefix and one of <see cref="EventTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>When it happened, in UTC.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The tenant that it is about, if it is about one.</summary>
    public string? TenantId { get; init; }

    /// <summary>Who did it: the user and machine of the process.</summary>
    public string? UserId { get; init; }

    /// <summary>
    /// A digest of all that decides who may read and write the tenant's data, as it is after the event: of the tenant, of its key providers, of its keys
    /// and of its unfinished migration.
    /// </summary>
    public string? StateDigest { get; init; }

    /// <summary>The details: text, numbers, and lists of such maps.</summary>
    public IReadOnlyDictionary<string, object?> Data { get; init; } = new EventData();

    /// <summary>How it ended: the code in the details; else how many items failed, if any did; else <c>SUCCESS</c>.</summary>
    public string Outcome => Data.GetValueOrDefault("code") as string
        ?? (Data.GetValueOrDefault("failed") is long failed and > 0 ? string.Create(CultureInfo.InvariantCulture, $"{failed} failed") : ErrorCodes.Success);

    /// <inheritdoc/>
    public override string ToString() => Type;
}
