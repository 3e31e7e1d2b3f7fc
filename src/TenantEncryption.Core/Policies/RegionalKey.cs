using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Providers;

namespace TenantEncryption.Policies;

/// <summary>A key in one of its regions. Key policies are regional: the primary and each replica of a multi-Region key have their own.</summary>
internal sealed record RegionalKey(string KeyArn, string Region, KmsConnection Connection)
{
    /// <summary>A provider's key in all of its regions: the primary first, then the others by their regions' names.</summary>
    public static async Task<IReadOnlyList<RegionalKey>> ListAsync(
        IKms kms, KeyProvider provider, Action<string> warn, CancellationToken cancellationToken)
    {
        string[] arns;
        try
        {
            KmsKeyDescription key = await kms.DescribeKeyAsync(provider.Connection, provider.KeyArn!, cancellationToken).ConfigureAwait(false);
            arns =
            [
                key.PrimaryKeyArn ?? key.KeyArn,
                .. key.RelatedKeyArns.Append(key.KeyArn).OrderBy(arn => KeyIdentifier.Parse(arn).Region, StringComparer.Ordinal),
            ];
        }
        catch (TenantEncryptionException refusal) when (refusal.Code == ErrorCodes.PolicyDenied)
        {
            arns = [provider.KeyArn!, .. provider.ReplicaKeys];
            if (KeyIdentifier.Parse(provider.KeyArn!).IsMultiRegion)
            {
                warn($"The key may not be described (kms:DescribeKey), so that only these of its regions are known: {string.Join(", ", arns)}.");
            }
        }

        return
        [
            .. arns.Distinct(StringComparer.Ordinal).Select(arn =>
            {
                string region = KeyIdentifier.Parse(arn).Region!;
                return new RegionalKey(arn, region, provider.Connection with { Region = region });
            }),
        ];
    }

    public async Task<string> GetPolicyAsync(IKms kms, CancellationToken cancellationToken) =>
        (await kms.Administration.GetKeyPolicyAsync(Connection, KeyArn, cancellationToken).ConfigureAwait(false)).Value;
}
