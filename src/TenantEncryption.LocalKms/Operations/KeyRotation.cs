using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>Which keys rotate (Developer Guide, "Rotating AWS KMS keys").</summary>
internal static class KeyRotation
{
    public const int DefaultPeriodInDays = 365;

    /// <exception cref="KmsError">
    /// UnsupportedOperationException: the key can't rotate, or another one of its family is the place to say so.
    /// </exception>
    public static void Require(KmsKey key, bool changes)
    {
        if (!key.Spec.IsSymmetricEncryption)
        {
            throw KmsErrors.Unsupported($"{key.Arn} key spec is {key.SpecName} which is not valid for this operation.");
        }

        if (key.Origin != "AWS_KMS")
        {
            throw KmsErrors.Unsupported($"{key.Arn} origin is {key.Origin} which is not valid for this operation.");
        }

        if (changes && key.IsReplica)
        {
            throw KmsErrors.Unsupported($"{key.Arn} is a multi-Region replica key. Rotation is a property of the primary key.");
        }
    }
}
