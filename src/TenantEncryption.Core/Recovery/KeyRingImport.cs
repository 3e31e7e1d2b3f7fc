namespace TenantEncryption.Recovery;

/// <summary>What came of importing a key ring.</summary>
public sealed record KeyRingImport
{
    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>Whether the tenant was made.</summary>
    public required bool NewTenant { get; init; }

    /// <summary>The key providers that were registered, by name. None is Active.</summary>
    public required IReadOnlyList<string> Providers { get; init; }

    /// <summary>How many keys were opened and put in. None of them wraps anything new.</summary>
    public required int Keys { get; init; }

    /// <summary>How many keys were there already and stay as they are.</summary>
    public required int KnownKeys { get; init; }

    /// <summary>How many keys stay out, as they, their key provider or their tenant were retired.</summary>
    public required int LeftOut { get; init; }

    /// <summary>What did not open, and was not put in.</summary>
    public required IReadOnlyList<KeyRingFailure> Failures { get; init; }

    /// <summary>How many did not open.</summary>
    public int Failed => Failures.Count;

    /// <inheritdoc/>
    public override string ToString() => $"{TenantId}: {Counted.Of(Keys, "key")} put in";
}

/// <summary>A key of a ring that did not open, or a key provider without keys whose test failed: it was not put in.</summary>
/// <param name="Id">The id of the key or key provider.</param>
/// <param name="Error">Why.</param>
public sealed record KeyRingFailure(string Id, TenantEncryptionException Error);
