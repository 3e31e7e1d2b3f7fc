using System.Text.Json.Serialization;

namespace TenantEncryption.LocalKms.Keys;

/// <summary>A name for a key of the same account and region.</summary>
internal sealed record KeyAlias
{
    public required string Region { get; init; }

    public required string Account { get; init; }

    /// <summary>The name with its prefix, <c>alias/…</c>.</summary>
    public required string Name { get; init; }

    public required string TargetKeyId { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required DateTimeOffset Updated { get; init; }

    [JsonIgnore]
    public string Arn => KeyArn.FormatAlias(Region, Account, Name);

    [JsonIgnore]
    public string TargetArn => KeyArn.Format(Region, Account, TargetKeyId);
}
