using System.Security.Cryptography;
using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Grants;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>The grant that a CreateGrant request asks for.</summary>
internal static class GrantRequest
{
    private const int MaximumPairs = 8;

    private static readonly string[] ForEncryption =
        ["Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo",
         "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"];

    private static readonly string[] ForAnyKey = ["CreateGrant", "RetireGrant", "DescribeKey"];

    private static readonly string[] ForOtherKeys = ["Sign", "Verify", "GetPublicKey", "GenerateMac", "VerifyMac", "DeriveSharedSecret"];

    private static readonly string[] All = [.. ForEncryption, .. ForAnyKey, .. ForOtherKeys];

    /// <exception cref="KmsError">ValidationException or InvalidArnException.</exception>
    public static KeyGrant Read(OperationCall call, KmsKey key)
    {
        RequestFields request = call.Request;
        IReadOnlyList<string> operations = request.Texts("Operations");
        if (operations.Count == 0)
        {
            throw KmsErrors.MissingMember("Operations");
        }

        foreach (string operation in operations)
        {
            if (!All.Contains(operation))
            {
                throw KmsErrors.NotOneOf($"[{string.Join(", ", operations)}]", "Operations", All);
            }
        }

        RequestFields? constraints = request.Object("Constraints");
        var grant = new KeyGrant
        {
            GrantId = RandomNumberGenerator.GetHexString(64, lowercase: true),
            KeyArn = key.Arn,
            Name = request.Text("Name") ?? "",
            Created = call.Now,
            EffectiveAt = call.Now + call.Propagation.Grants,
            GranteePrincipal = GrantPrincipal.Iam(call, "GranteePrincipal"),
            GranteeServicePrincipal = GrantPrincipal.Service(request, "GranteeServicePrincipal"),
            RetiringPrincipal = GrantPrincipal.Iam(call, "RetiringPrincipal"),
            RetiringServicePrincipal = GrantPrincipal.Service(request, "RetiringServicePrincipal"),
            SourceArn = constraints is { } sources ? GrantPrincipal.SourceArn(sources) : null,
            IssuingAccount = $"arn:{key.Partition}:iam::{call.Caller.Account}:root",
            Operations = [.. operations.Distinct(StringComparer.Ordinal)],
            EncryptionContextEquals = Pairs(constraints, "EncryptionContextEquals"),
            EncryptionContextSubset = Pairs(constraints, "EncryptionContextSubset"),
        };
        RequireWhole(grant);
        return grant;
    }

    /// <summary>The condition keys of CreateGrant.</summary>
    public static void AddConditions(OperationCall call, KeyGrant grant)
    {
        call.Conditions
            .Set("kms:GrantOperations", grant.Operations)
            .Set("kms:GranteePrincipal", Values(grant.GranteePrincipal))
            .Set("kms:GranteeServicePrincipal", Values(grant.GranteeServicePrincipal))
            .Set("kms:RetiringPrincipal", Values(grant.RetiringPrincipal))
            .Set("kms:RetiringServicePrincipal", Values(grant.RetiringServicePrincipal))
            .Set("kms:GrantConstraintSourceArn", Values(grant.SourceArn));
        // AWS documents two values; SourceArn has a condition key of its own.
        if (grant.EncryptionContextEquals is not null || grant.EncryptionContextSubset is not null)
        {
            call.Conditions.Set(
                "kms:GrantConstraintType",
                grant.EncryptionContextEquals is not null ? "EncryptionContextEquals" : "EncryptionContextSubset");
        }
    }

    /// <summary>Refuses operations that the key can't do, and constraints where there is no encryption context.</summary>
    public static void RequireUsable(KeyGrant grant, KmsKey key)
    {
        bool symmetric = key.Spec.IsSymmetricEncryption;
        foreach (string operation in grant.Operations)
        {
            bool fits = ForAnyKey.Contains(operation)
                || (symmetric ? ForEncryption : key.Usage switch
                {
                    KeySpec.EncryptDecrypt => ["Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GetPublicKey"],
                    KeySpec.SignVerify => ["Sign", "Verify", "GetPublicKey"],
                    KeySpec.GenerateVerifyMac => ["GenerateMac", "VerifyMac"],
                    _ => new[] { "DeriveSharedSecret", "GetPublicKey" },
                }).Contains(operation);
            if (!fits)
            {
                throw KmsErrors.Validation($"Operation {operation} is not supported on {key.Arn} ({key.SpecName}, {key.Usage}).");
            }
        }

        if (!symmetric && (grant.EncryptionContextEquals is not null || grant.EncryptionContextSubset is not null))
        {
            throw KmsErrors.Validation("Encryption context constraints are valid only in a grant for a symmetric encryption KMS key.");
        }
    }

    private static string[] Values(string? value) => value is null ? [] : [value];

    // API reference, CreateGrant; Developer Guide, "Creating grants".
    private static void RequireWhole(KeyGrant grant)
    {
        string? fault = (grant.GranteePrincipal is null) == (grant.GranteeServicePrincipal is null)
                ? "You must specify either GranteePrincipal or GranteeServicePrincipal, but not both."
            : grant.RetiringPrincipal is not null && grant.RetiringServicePrincipal is not null
                ? "You can specify either RetiringPrincipal or RetiringServicePrincipal, but not both."
            : grant.EncryptionContextEquals is not null && grant.EncryptionContextSubset is not null
                ? "You can specify either EncryptionContextEquals or EncryptionContextSubset, but not both."
            : grant.GranteeServicePrincipal is null ? null
            : grant.SourceArn is null
                ? "When you specify a GranteeServicePrincipal, you must also specify a SourceArn grant constraint."
            : grant.RetiringPrincipal is null && grant.RetiringServicePrincipal is null
                ? "When you specify a GranteeServicePrincipal, you must also specify a RetiringPrincipal or a RetiringServicePrincipal."
            : null;
        if (fault is not null)
        {
            throw KmsErrors.Validation(fault);
        }
    }

    private static Dictionary<string, string>? Pairs(RequestFields? constraints, string member)
    {
        if (constraints?.Has(member) != true)
        {
            return null;
        }

        IReadOnlyDictionary<string, string> pairs = constraints.Value.Map(member);
        return pairs.Count > MaximumPairs
            ? throw KmsErrors.Constraint(
                $"{pairs.Count} pairs", member, $"Member must have at most {MaximumPairs} encryption context pairs")
            : new Dictionary<string, string>(pairs);
    }
}
