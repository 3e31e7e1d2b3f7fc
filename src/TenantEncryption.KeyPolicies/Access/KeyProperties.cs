namespace TenantEncryption.Policies.Access;

/// <summary>What conditions can ask of a key.</summary>
public sealed record KeyProperties
{
    private static readonly Dictionary<string, string> NoTags = [];

    /// <summary>The account that owns it.</summary>
    public required string Account { get; init; }

    /// <summary>Its spec, such as <c>SYMMETRIC_DEFAULT</c>.</summary>
    public string Spec { get; init; } = "SYMMETRIC_DEFAULT";

    /// <summary>Its usage, such as <c>ENCRYPT_DECRYPT</c>.</summary>
    public string Usage { get; init; } = "ENCRYPT_DECRYPT";

    /// <summary>Where its material comes from, such as <c>AWS_KMS</c>.</summary>
    public string Origin { get; init; } = "AWS_KMS";

    /// <summary>Whether it is a multi-Region key.</summary>
    public bool MultiRegion { get; init; }

    /// <summary>Whether it is a replica of one; <see langword="null"/> where that is not known.</summary>
    public bool? IsReplica { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = NoTags;

    /// <summary>The names of its aliases, with <c>alias/</c>.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>A symmetric key of AWS KMS's own making, as far as its ARN tells.</summary>
    /// <param name="keyArn">The ARN.</param>
    /// <returns>The properties; <see langword="null"/> for what is no ARN.</returns>
    public static KeyProperties? Assume(string keyArn)
    {
        ArgumentNullException.ThrowIfNull(keyArn);
        return keyArn.Split(':', 6) is [_, _, _, _, var account, var resource]
            ? new KeyProperties { Account = account, MultiRegion = resource.StartsWith("key/mrk-", StringComparison.Ordinal) }
            : null;
    }
}
