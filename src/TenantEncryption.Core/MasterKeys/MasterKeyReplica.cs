namespace TenantEncryption.MasterKeys;

/// <summary>Another key of a multi-Region key. It has the same id and material, and a state, policy, aliases and grants of its own.</summary>
public sealed record MasterKeyReplica
{
    /// <summary>The key ARN.</summary>
    public required string KeyArn { get; init; }

    /// <summary>Its region.</summary>
    public required string Region { get; init; }

    /// <summary>Whether it is the primary.</summary>
    public bool IsPrimary { get; init; }

    /// <summary>The key state in KMS's words; <see langword="null"/> where it may not be seen.</summary>
    public string? State { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Region} ({State ?? "not seen"}{(IsPrimary ? ", primary" : "")})";
}
