namespace TenantEncryption.Recovery;

/// <summary>A tenant's key ring in a file.</summary>
public sealed record KeyRingExport
{
    /// <summary>The tenant whose keys it has.</summary>
    public required string TenantId { get; init; }

    /// <summary>How many keys it has.</summary>
    public required int Keys { get; init; }

    /// <summary>How many of them need the passphrase: the internal KMS has a part in them.</summary>
    public required int KeysOfInternalKms { get; init; }

    /// <summary>How many key providers it has.</summary>
    public required int Providers { get; init; }

    /// <summary>Whether it is under a passphrase, and so authenticated as a whole.</summary>
    public required bool Sealed { get; init; }

    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>SHA-256 of the file, in lower-case hexadecimal, as the event of the export tells it.</summary>
    public required string Hash { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
