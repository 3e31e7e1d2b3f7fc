namespace TenantEncryption.Recovery;

/// <summary>What importing a key ring would do. Each key must still open through its provider.</summary>
public sealed record KeyRingImportPlan
{
    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>The platform of the tenant that would be made; <see langword="null"/> where the tenant is there.</summary>
    public string? NewTenantPlatform { get; init; }

    /// <summary>The key providers that would be registered, Archived (or Deactivated, as they were): each name and key ARN.</summary>
    public required IReadOnlyList<string> NewProviders { get; init; }

    /// <summary>How many keys would be put in.</summary>
    public required int Keys { get; init; }

    /// <summary>How many keys are there already and stay as they are.</summary>
    public required int KnownKeys { get; init; }

    /// <summary>How many calls of KMS opening the keys takes, where nothing fails.</summary>
    public required int KmsCalls { get; init; }

    /// <summary>What stays out, and why: a sentence for each key or key provider that was retired.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>Whether there is anything to do.</summary>
    public bool IsNeeded => Keys + NewProviders.Count > 0;

    /// <summary>The plan in words.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        string keys = $"Put in {Counted.Of(Keys, "key")}{(NewProviders.Count == 0 ? "" : $" and register {string.Join(", ", NewProviders)}")}";
        string tenant = NewTenantPlatform is null ? "" : $"; make the tenant, on the platform {NewTenantPlatform}";
        return keys + tenant + (KmsCalls == 0 ? "" : $" ({Counted.Of(KmsCalls, "KMS call")})");
    }
}
