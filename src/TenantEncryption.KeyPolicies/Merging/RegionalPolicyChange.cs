using TenantEncryption.Kms;

namespace TenantEncryption.Policies.Merging;

/// <summary>What a merge does in one region of a key.</summary>
public sealed record RegionalPolicyChange
{
    /// <summary>The key's ARN in that region.</summary>
    public required string KeyArn { get; init; }

    /// <summary>The region.</summary>
    public required string Region { get; init; }

    /// <summary>The policy that KMS had when the change was planned.</summary>
    public required string Before { get; init; }

    /// <summary>The policy as it shall be; the one before where nothing changes.</summary>
    public required string After { get; init; }

    /// <summary>What changes.</summary>
    public IReadOnlyList<PolicyChange> Changes { get; init; } = [];

    /// <summary>Whether anything changes.</summary>
    public bool IsChanged => Changes.Count > 0;

    /// <summary>The difference as <c>diff -u</c> shows it; empty where nothing changes.</summary>
    public string Diff => IsChanged ? UnifiedDiff.Of(Before, After, Region) : "";

    internal KmsConnection Connection { get; init; } = new();

    /// <inheritdoc/>
    public override string ToString() => IsChanged ? $"{Region}: {string.Join(", ", Changes)}" : $"{Region}: nothing changes";
}
