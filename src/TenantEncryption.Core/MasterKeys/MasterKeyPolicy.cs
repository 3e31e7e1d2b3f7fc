using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.MasterKeys;

/// <summary>The key policy that a new master key gets: the account's, its administrators' and users', and the platform's statements.</summary>
internal sealed class MasterKeyPolicy
{
    // As the AWS console writes them (AWS KMS Developer Guide, "Default key policy").
    private static readonly string[] Administration =
    [
        "kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Revoke*", "kms:Disable*", "kms:Get*", "kms:Delete*",
        "kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion", "kms:RotateKeyOnDemand",
    ];

    private static readonly string[] Use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];

    private readonly NewMasterKey _request;
    private readonly PlatformProfile _platform;
    private readonly bool _multiRegion;

    /// <summary>Decides what the policy will have; values that can't stand in it are refused.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>, <c>INVALID_ARN</c>, <c>MALFORMED_POLICY</c>.</exception>
    public MasterKeyPolicy(NewMasterKey request, PlatformProfile platform, string region, bool multiRegion)
    {
        (_request, _platform, _multiRegion) = (request, platform, multiRegion);

        // Account and id are not known before the key is.
        string id = multiRegion ? "mrk-00000000000000000000000000000000" : "00000000-0000-0000-0000-000000000000";
        string likely = $"arn:{KeyIdentifier.PartitionOf(region)}:kms:{region}:000000000000:key/{id}";
        try
        {
            Render(likely);
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.PlaceholderMissing)
        {
            Missing = exception.Detail;
        }

        PolicyDocument.Parse(Compose(likely), PolicyKind.KeyPolicy);
    }

    /// <summary>What is missing for the platform's statements, so that the policy will lack them; <see langword="null"/> for nothing.</summary>
    public string? Missing { get; }

    /// <summary>Whether it is more than KMS's default policy.</summary>
    public bool IsNeeded => Missing is null || _request.Administrators.Count > 0 || HasUsers;

    /// <summary>What the statements are for, as the rest of a sentence.</summary>
    public string Content => string.Join(
        ", ",
        ((string?[])
        [
            "the account's",
            _request.Administrators.Count > 0 ? "the administrators'" : null,
            HasUsers ? "the users'" : null,
            Missing is null ? $"{_platform.Name}'s" : null,
        ]).OfType<string>());

    // Where the platform itself grants to the users, it does so with the tenant's condition, which a statement beside it would undo.
    private bool HasUsers => _request.Users.Count > 0 && _platform.Placeholders.All(placeholder => placeholder.Source != PlaceholderSource.Users);

    /// <summary>The policy as JSON.</summary>
    /// <param name="keyArn">The key that it is for.</param>
    public string Compose(string keyArn)
    {
        KeyIdentifier key = KeyIdentifier.Parse(keyArn);
        var statements = new JArray(Statement("Enable IAM User Permissions", [$"arn:{key.Partition}:iam::{key.AccountId}:root"], ["kms:*"]));
        if (_request.Administrators.Count > 0)
        {
            statements.Add(Statement(
                "Allow access for Key Administrators", _request.Administrators, _multiRegion ? [.. Administration, "kms:ReplicateKey"] : Administration));
        }

        if (HasUsers)
        {
            statements.Add(Statement("Allow use of the key", _request.Users, Use));
        }

        if (Missing is null)
        {
            foreach (RenderedStatement statement in Render(keyArn))
            {
                statements.Add(statement.Statement);
            }
        }

        return new JObject { ["Version"] = "2012-10-17", ["Statement"] = statements }.ToString(Formatting.Indented);
    }

    private static JObject Statement(string sid, IReadOnlyList<string> principals, IReadOnlyList<string> actions) => new()
    {
        ["Sid"] = sid,
        ["Effect"] = "Allow",
        ["Principal"] = new JObject { ["AWS"] = OneOrList(principals) },
        ["Action"] = OneOrList(actions),
        ["Resource"] = "*",
    };

    private static JToken OneOrList(IReadOnlyList<string> values) => values is [var only] ? new JValue(only) : new JArray(values);

    private IReadOnlyList<RenderedStatement> Render(string keyArn) => PlatformStatements.Render(
        _platform,
        new PolicyValues
        {
            TenantIds = _request.TenantIds,
            Key = KeyIdentifier.Parse(keyArn),
            Users = _request.Users,
            MultiRegion = _multiRegion,
            Parameters = _request.Parameters,
        });
}
