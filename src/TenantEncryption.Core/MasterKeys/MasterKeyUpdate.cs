namespace TenantEncryption.MasterKeys;

/// <summary>What to change of a master key; what is <see langword="null"/> or empty stays. Doing it again changes nothing more, but for <see cref="RotateNow"/>.</summary>
public sealed record MasterKeyUpdate
{
    /// <summary>The description, up to 8,192 characters.</summary>
    public string? Description { get; init; }

    /// <summary>Tags to add, or whose value to replace.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether KMS shall rotate the material by itself.</summary>
    public bool? Rotation { get; init; }

    /// <summary>Whether to rotate the material now, which a key allows 25 times.</summary>
    public bool RotateNow { get; init; }

    /// <summary>An alias that the key shall have, in each of its regions, with or without its <c>alias/</c>.</summary>
    public string? Alias { get; init; }

    /// <summary>Regions in which a multi-Region key shall have a replica, with the primary's policy, description, tags and aliases.</summary>
    public IReadOnlyList<string> ReplicaRegions { get; init; } = [];

    /// <summary>Whether it changes nothing.</summary>
    internal bool IsEmpty => !Parts().Any();

    /// <inheritdoc/>
    public override string ToString() => string.Join("; ", Parts());

    private IEnumerable<string> Parts()
    {
        if (Description is not null)
        {
            yield return "replace the description";
        }

        if (Tags.Count > 0)
        {
            yield return $"set the tags {string.Join(", ", Tags.Keys.Order(StringComparer.Ordinal))}";
        }

        if (Rotation is { } rotation)
        {
            yield return rotation ? "rotate the material every year" : "no longer rotate the material";
        }

        if (RotateNow)
        {
            yield return "rotate the material now (25 times in a key's life)";
        }

        foreach (string region in ReplicaRegions)
        {
            yield return $"make a replica in {region}";
        }

        if (Alias is not null)
        {
            yield return $"give it the alias {Alias} in each of its regions";
        }
    }
}
