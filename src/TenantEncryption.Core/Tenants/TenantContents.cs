namespace TenantEncryption.Tenants;

/// <summary>What a tenant has, and what goes with it.</summary>
public sealed record TenantContents
{
    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>Its key providers.</summary>
    public required int Providers { get; init; }

    /// <summary>Its key-encryption keys.</summary>
    public required int Keys { get; init; }

    /// <summary>Its catalogued messages, those too whose key was removed before.</summary>
    public required long Messages { get; init; }

    /// <summary>The most values outside the catalog that its keys wrapped.</summary>
    public required long Values { get; init; }

    /// <summary>All of it, such as <c>acme (2 key providers; 3 keys; 14 files, up to 900 values outside the catalog)</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() =>
        $"{TenantId} ({Counted.Of(Providers, "key provider")}; {Counted.Of(Keys, "key")}; {Counted.Of(Messages, "file")}, up to {Counted.Of(Values, "value")} outside the catalog)";
}
