using System.Security.Cryptography;
using TenantEncryption.LocalKms.Grants;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;
using TenantEncryption.Policies;

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
        return new KeyGrant
        {
            GrantId = RandomNumberGenerator.GetHexString(64, lowercase: true),
            KeyArn = key.Arn,
            Name = request.Text("Name") ?? "",
            Created = call.Now,
            EffectiveAt = call.Now + call.Propagation.Grants,
            GranteePrincipal = RequirePrincipal(request.RequiredText("GranteePrincipal")),
            RetiringPrincipal = request.Text("RetiringPrincipal") is { } retiring ? RequirePrincipal(retiring) : null,
            IssuingAccount = $"arn:{key.Partition}:iam::{call.Caller.Account}:root",
            Operations = [.. operations.Distinct(StringComparer.Ordinal)],
            EncryptionContextEquals = Pairs(constraints, "EncryptionContextEquals"),
            EncryptionContextSubset = Pairs(constraints, "EncryptionContextSubset"),
        };
    }

    /// <summary>The condition keys of CreateGrant.</summary>
    public static void AddConditions(OperationCall call, KeyGrant grant)
    {
        call.Conditions
            .Set("kms:GrantOperations", grant.Operations)
            .Set("kms:GranteePrincipal", grant.GranteePrincipal);
        if (grant.RetiringPrincipal is not null)
        {
            call.Conditions.Set("kms:RetiringPrincipal", grant.RetiringPrincipal);
        }

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

    private static string RequirePrincipal(string principal)
    {
        try
        {
            PolicyPrincipal.Parse(principal);
            return principal;
        }
        catch (TenantEncryptionException)
        {
            throw KmsErrors.InvalidArn($"Invalid principal {principal}");
        }
    }
}
