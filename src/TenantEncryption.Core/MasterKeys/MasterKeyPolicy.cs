using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.MasterKeys;

/// <summary>The key policy that a new master key gets: the account's, its administrators' and users', and the platform's statements.</summary>
internal sealed class MasterKeyPolicy
{
    private readonly NewMasterKey _request;
    private readonly PlatformProfile _platform;
    private readonly bool _multiRegion;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _parameters;

    /// <summary>Decides what the policy will have; values that can't stand in it are refused.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>, <c>INVALID_ARN</c>, <c>MALFORMED_POLICY</c>, <c>TEMPLATE_MISMATCH</c>.</exception>
    public MasterKeyPolicy(NewMasterKey request, PlatformProfile platform, string region, bool multiRegion)
    {
        (_request, _platform, _multiRegion) = (request, platform, multiRegion);
        _parameters = PlaceholderParameters.Of(platform, request.From, request.Parameters);

        // Account and id are not known before the key is.
        string id = multiRegion ? "mrk-00000000000000000000000000000000" : "00000000-0000-0000-0000-000000000000";
        string likely = $"arn:{KeyIdentifier.PartitionOf(region)}:kms:{region}:000000000000:key/{id}";
        try
        {
            Warnings = KeyPolicyBuilder.Build(platform, Values(likely), request.Administrators).Warnings;
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.PlaceholderMissing)
        {
            Warnings = [$"The key policy will lack the platform's statements. {exception.Detail} {exception.Remedy} PolicyService.SetAsync adds them later, too."];
            LacksPlatform = true;
        }

        if (request.DeletionGuardDays is < 1)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"A key can't be unused for {Counted.Of(request.DeletionGuardDays.Value, "day")} before it is deleted: one is the least.");
        }

        PolicyDocument.Parse(Compose(likely), PolicyKind.KeyPolicy);
    }

    /// <summary>Whether something for the platform's statements is missing, so that the policy will lack them.</summary>
    public bool LacksPlatform { get; }

    /// <summary>What should be known before.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Whether it is more than KMS's default policy.</summary>
    public bool IsNeeded => !LacksPlatform || _request.Administrators.Count > 0 || _request.Users.Count > 0 || _request.DeletionGuardDays is not null;

    /// <summary>What the statements are for, as the rest of a sentence.</summary>
    public string Content => string.Join(
        ", ",
        ((string?[])
        [
            "the account's",
            _request.Administrators.Count > 0 ? "the administrators'" : null,
            _request.Users.Count > 0 ? "the users'" : null,
            LacksPlatform ? null : $"{_platform.Name}'s",
            _request.DeletionGuardDays is { } days ? $"a guard against deletion before the key was unused for {Counted.Of(days, "day")}" : null,
        ]).OfType<string>());

    /// <summary>The policy as JSON.</summary>
    /// <param name="keyArn">The key that it is for.</param>
    public string Compose(string keyArn)
    {
        if (!LacksPlatform)
        {
            return WithGuard(KeyPolicyBuilder.Build(_platform, Values(keyArn), _request.Administrators).Json);
        }

        KeyIdentifier key = KeyIdentifier.Parse(keyArn);
        return WithGuard(PolicyWriter.Write(PolicyWriter.Document(
        [
            AccountStatements.Root(key.Partition!, key.AccountId!),
            .. _request.Administrators.Count > 0 ? [AccountStatements.Administrators(_request.Administrators, _multiRegion)] : (JObject[])[],
            .. _request.Users.Count > 0 ? AccountStatements.Users(_request.Users) : [],
        ])));
    }

    private string WithGuard(string policy)
    {
        if (_request.DeletionGuardDays is not { } days)
        {
            return policy;
        }

        JObject document = JObject.Parse(policy);
        ((JArray)document["Statement"]!).Add(AccountStatements.DeletionGuard(days));
        return PolicyWriter.Write(document);
    }

    private PolicyValues Values(string keyArn) => new()
    {
        TenantIds = _request.TenantIds,
        Key = KeyIdentifier.Parse(keyArn),
        Users = _request.Users,
        MultiRegion = _multiRegion,
        Parameters = _parameters,
    };
}
