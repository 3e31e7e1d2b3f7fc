using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using TenantEncryption.Errors;

namespace TenantEncryption.Kms;

/// <summary>
/// A well-formed identifier of a KMS key, in any of its four forms. Equality is ordinal, as AWS compares them; being well-formed
/// says nothing of whether the key exists.
/// </summary>
public sealed partial record KeyIdentifier
{
    /// <summary>The longest identifier that KMS takes, in characters (API reference, <c>KeyId</c>).</summary>
    public const int MaxLength = 2048;

    /// <summary>The longest alias name in characters, <c>alias/</c> included (API reference, CreateAlias, <c>AliasName</c>).</summary>
    public const int MaxAliasLength = 256;

    private const string AliasPrefix = "alias/";
    private const string ReservedAliasPrefix = "alias/aws/";

    // Each partition's regions have names of their own, so that a region in the wrong partition is seen without a call.
    private static readonly (string Prefix, string Partition)[] RegionPartitions =
    [
        ("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("us-iso-", "aws-iso"), ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"), ("us-isof-", "aws-iso-f"), ("eusc-", "aws-eusc"), ("", "aws"),
    ];

    private static readonly string[] Partitions = ["aws", "aws-us-gov", "aws-cn"];

    private readonly string _text;

    private KeyIdentifier(string text) => _text = text;

    /// <summary>Which of the four forms it has.</summary>
    public KeyIdentifierForm Form { get; private init; }

    /// <summary>The partition, such as <c>aws</c>; <see langword="null"/> when it is not an ARN.</summary>
    public string? Partition { get; private init; }

    /// <summary>The region, such as <c>eu-west-1</c>; <see langword="null"/> when it is not an ARN.</summary>
    public string? Region { get; private init; }

    /// <summary>The account, 12 digits; <see langword="null"/> when it is not an ARN.</summary>
    public string? AccountId { get; private init; }

    /// <summary>The key id, a UUID or <c>mrk-</c> and 32 hexadecimal digits; <see langword="null"/> for an alias.</summary>
    public string? KeyId { get; private init; }

    /// <summary>The alias name with its <c>alias/</c>; <see langword="null"/> for a key.</summary>
    public string? AliasName { get; private init; }

    /// <summary>The last part of an ARN: <c>key/…</c> or <c>alias/…</c>. The bare forms have the same.</summary>
    public string Resource => AliasName ?? $"key/{KeyId}";

    /// <summary>Whether it names a multi-Region key by its <c>mrk-</c> id; of an alias that can't be told.</summary>
    public bool IsMultiRegion => KeyId?.StartsWith("mrk-", StringComparison.Ordinal) ?? false;

    /// <summary>
    /// Names the key where its ARN should not be shown, as Qlik's <c>arnFingerPrint</c> does: SHA-256 of the identifier in UTF-8, in lower-case
    /// hexadecimal.
    /// </summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_text)));

    /// <summary>The ARN of the same multi-Region key in another region.</summary>
    /// <param name="region">The region.</param>
    /// <returns>The key ARN there, whether or not there is a key.</returns>
    /// <exception cref="InvalidOperationException">It is not the ARN of a multi-Region key.</exception>
    /// <exception cref="TenantEncryptionException"><c>INVALID_ARN</c>: the region is no region of the partition.</exception>
    public KeyIdentifier InRegion(string region) => Form == KeyIdentifierForm.KeyArn && IsMultiRegion
        ? Parse($"arn:{Partition}:kms:{region}:{AccountId}:key/{KeyId}")
        : throw new InvalidOperationException($"'{_text}' is not the ARN of a multi-Region key.");

    /// <summary>The partition of a region, by the region's name.</summary>
    /// <param name="region">The region, such as <c>us-gov-west-1</c>.</param>
    /// <returns>The partition, such as <c>aws-us-gov</c>.</returns>
    public static string PartitionOf(string region)
    {
        ArgumentNullException.ThrowIfNull(region);
        return RegionPartitions.First(known => region.StartsWith(known.Prefix, StringComparison.Ordinal)).Partition;
    }

    /// <summary>Reads an identifier.</summary>
    /// <param name="text">A key ARN, alias ARN, key id or alias name, without white space around it.</param>
    /// <returns>The identifier.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_ARN</c>: it is malformed; the message names the part.</exception>
    public static KeyIdentifier Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (TryParse(text, out KeyIdentifier? identifier, out string? fault))
        {
            return identifier;
        }

        throw new TenantEncryptionException(ErrorCodes.InvalidArn, $"The key identifier '{Shown(text)}' is malformed: {fault}.");
    }

    /// <summary>Reads an identifier, and says which part is malformed when it can't.</summary>
    /// <param name="text">What was given.</param>
    /// <param name="identifier">The identifier.</param>
    /// <param name="fault">The malformed part and its rule, as the rest of a sentence.</param>
    /// <returns>Whether it is well-formed.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out KeyIdentifier? identifier, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        identifier = null;
        fault = LengthFault(text);
        if (fault is not null)
        {
            return false;
        }

        if (text.StartsWith(AliasPrefix, StringComparison.Ordinal))
        {
            fault = AliasFault(text);
            identifier = fault is null ? new(text) { Form = KeyIdentifierForm.AliasName, AliasName = text } : null;
        }
        else if (text.Contains(':', StringComparison.Ordinal))
        {
            identifier = ParseArn(text, out fault);
        }
        else
        {
            fault = KeyIdFault(text);
            identifier = fault is null ? new(text) { Form = KeyIdentifierForm.KeyId, KeyId = text } : null;
        }

        return fault is null;
    }

    /// <summary>
    /// Whether both name the same key material: they are equal, or are ARNs of one multi-Region key (same partition, account and
    /// <c>mrk-</c> id) in two regions. An alias is related to itself alone, and a bare id to no ARN, since its account is unknown.
    /// </summary>
    /// <param name="other">The other identifier.</param>
    /// <returns>Whether they are related.</returns>
    public bool IsRelatedTo(KeyIdentifier other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Equals(other)
            || (Form == KeyIdentifierForm.KeyArn && other.Form == KeyIdentifierForm.KeyArn
                && IsMultiRegion && KeyId == other.KeyId && Partition == other.Partition && AccountId == other.AccountId);
    }

    /// <summary>The identifier as it was given.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => _text;

    private static KeyIdentifier? ParseArn(string text, out string? fault)
    {
        string[] parts = text.Split(':', 6);
        if (parts[0] != "arn")
        {
            fault = $"its prefix is '{Shown(parts[0])}', an ARN begins with 'arn:'";
            return null;
        }

        string[] names = ["prefix", "partition", "service", "region", "account", "resource"];
        if (parts.Length < names.Length)
        {
            fault = $"its {names[parts.Length]} is missing (arn:partition:kms:region:account:key/id)";
            return null;
        }

        (string partition, string service, string region, string account, string resource) =
            (parts[1], parts[2], parts[3], parts[4], parts[5]);
        fault = PartitionFault(partition)
            ?? (service == "kms" ? null : $"its service is '{Shown(service)}', not 'kms'")
            ?? RegionFault(region, partition)
            ?? (AccountPattern().IsMatch(account) ? null : $"its account '{Shown(account)}' is not 12 digits")
            ?? ResourceFault(resource);
        if (fault is not null)
        {
            return null;
        }

        bool isAlias = resource.StartsWith(AliasPrefix, StringComparison.Ordinal);
        return new(text)
        {
            Form = isAlias ? KeyIdentifierForm.AliasArn : KeyIdentifierForm.KeyArn,
            Partition = partition,
            Region = region,
            AccountId = account,
            KeyId = isAlias ? null : resource["key/".Length..],
            AliasName = isAlias ? resource : null,
        };
    }

    private static string? LengthFault(string text) => text.Length switch
    {
        0 => "it is empty",
        > MaxLength => $"its length is {text.Length} characters, {MaxLength} are allowed",
        _ => null,
    };

    private static string? PartitionFault(string partition) => Partitions.Contains(partition)
        ? null
        : $"its partition is '{Shown(partition)}', supported are {string.Join(", ", Partitions)}";

    private static string? RegionFault(string region, string partition)
    {
        if (!AwsRegion.IsName(region))
        {
            return $"its region '{Shown(region)}' is not the name of an AWS region, such as eu-west-1";
        }

        string home = PartitionOf(region);
        return home == partition ? null : $"its region '{region}' is in the partition {home}, not {partition}";
    }

    private static string? ResourceFault(string resource)
    {
        if (resource.StartsWith(AliasPrefix, StringComparison.Ordinal))
        {
            return AliasFault(resource);
        }

        return resource.StartsWith("key/", StringComparison.Ordinal)
            ? KeyIdFault(resource["key/".Length..])
            : $"its resource type is '{Shown(resource.Split('/')[0])}', not 'key' or 'alias'";
    }

    private static string? KeyIdFault(string keyId) => KeyIdPattern().IsMatch(keyId)
        ? null
        : $"its key id '{Shown(keyId)}' is not a UUID in lower case, nor 'mrk-' and 32 hexadecimal digits";

    private static string? AliasFault(string alias)
    {
        if (alias.Length == AliasPrefix.Length)
        {
            return "its alias name is empty";
        }

        if (alias.Length > MaxAliasLength)
        {
            return $"its alias name has {alias.Length} characters, {MaxAliasLength} are allowed";
        }

        if (!AliasPattern().IsMatch(alias))
        {
            return $"its alias name '{Shown(alias)}' has a character other than letters, digits, '/', '_' and '-'";
        }

        return alias.StartsWith(ReservedAliasPrefix, StringComparison.Ordinal)
            ? "its alias name begins with 'alias/aws/', which is reserved for keys that AWS manages"
            : null;
    }

    private static string Shown(string text)
    {
        string cut = text.Length > 120 ? text[..120] + "…" : text;
        return string.Create(cut.Length, cut, (target, source) =>
        {
            for (int i = 0; i < source.Length; i++)
            {
                target[i] = char.IsControl(source[i]) ? '\uFFFD' : source[i];
            }
        });
    }

    [GeneratedRegex(@"\A[0-9]{12}\z")]
    private static partial Regex AccountPattern();

    [GeneratedRegex(@"\A(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\z")]
    private static partial Regex KeyIdPattern();

    [GeneratedRegex(@"\Aalias/[a-zA-Z0-9/_-]+\z")]
    private static partial Regex AliasPattern();
}
