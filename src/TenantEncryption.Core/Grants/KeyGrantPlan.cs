using TenantEncryption.Kms;

namespace TenantEncryption.Grants;

/// <summary>One grant that would be made. Its text is what <c>-WhatIf</c> shows.</summary>
public sealed record KeyGrantPlan
{
    /// <summary>The ARN of the key.</summary>
    public required string KeyArn { get; init; }

    /// <summary>The key's region.</summary>
    public required string Region { get; init; }

    /// <summary>The tenant that it is for.</summary>
    public string? TenantId { get; init; }

    /// <summary>The grant.</summary>
    public required NewKmsGrant Grant { get; init; }

    /// <summary>Whether the key has the same grant already; <see langword="null"/> where its grants may not be seen.</summary>
    public bool? Exists { get; init; }

    /// <summary>Whether KMS would permit it; <see langword="null"/> where it was not asked.</summary>
    public bool? Permitted { get; init; }

    /// <summary>Why KMS would refuse it.</summary>
    public TenantEncryptionException? Refusal { get; init; }

    /// <summary>What should be known before.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Whether the tenant is one of the store.</summary>
    internal bool IsKnownTenant { get; init; }

    /// <summary>The ids of the grants that the key has; <see langword="null"/> where they may not be seen.</summary>
    internal IReadOnlyList<string>? ExistingIds { get; init; }

    /// <summary>How the key is reached.</summary>
    internal KmsConnection Connection { get; init; } = new();

    /// <inheritdoc/>
    public override string ToString()
    {
        string context = Grant.EncryptionContextSubset is { Count: > 0 } subset
            ? $" in calls with {string.Join(", ", subset.Select(pair => $"{pair.Key}={pair.Value}"))}"
            : " in any encryption context";
        string source = Grant.SourceArn is null ? "" : $" on behalf of {Grant.SourceArn}";
        string retire = (Grant.RetiringPrincipal ?? Grant.RetiringServicePrincipal) is { } who ? $", who may retire it: {who}" : "";
        string state = Exists == true ? "The key has this grant already. " : "";
        string permitted = Permitted switch
        {
            true => " AWS KMS would permit it.",
            false => $" AWS KMS would refuse it: {Refusal!.Code}, {Refusal.Detail}",
            null => "",
        };
        return $"{state}Grant {string.Join(", ", Grant.Operations)} on {KeyArn} to {Grant.Grantee}{source}{context} (name {Grant.Name}{retire}).{permitted}";
    }
}
