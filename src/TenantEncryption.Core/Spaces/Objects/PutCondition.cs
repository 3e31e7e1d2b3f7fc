namespace TenantEncryption.Spaces;

/// <summary>On what condition an object is put.</summary>
/// <param name="ETag">The object that it takes the place of; <see langword="null"/>: there must be none.</param>
internal readonly record struct PutCondition(string? ETag)
{
    /// <summary>There is no object of that key.</summary>
    public static PutCondition Absent => default;

    /// <summary>The object is still the one that was seen; there is none, if none was.</summary>
    public static PutCondition Still(ObjectState? seen) => new(seen?.ETag);
}
