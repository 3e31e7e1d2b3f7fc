using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Calls;

/// <summary>A key's metadata in our terms. What a master key is judged by must be in the answer.</summary>
internal static class KeyFacts
{
    /// <summary>Asks for them (kms:DescribeKey).</summary>
    public static async Task<KmsKeyDescription> AskAsync(KmsRequest call)
    {
        var request = new DescribeKeyRequest { KeyId = call.Site.KeyId };
        DescribeKeyResponse answer = await call.Client.DescribeKeyAsync(request, call.Cancellation).ConfigureAwait(false);
        return Of(answer.KeyMetadata, answer, call);
    }

    /// <summary>Reads them from an answer.</summary>
    public static KmsKeyDescription Of(KeyMetadata? metadata, AmazonWebServiceResponse answer, KmsRequest call)
    {
        KeyMetadata key = metadata ?? throw call.Incomplete(answer, "no key");
        string arn = call.AnsweredKey(key.Arn, answer);
        string spec = key.KeySpec?.Value ?? throw call.Incomplete(answer, "no key spec");
        MultiRegionConfiguration? regions = key.MultiRegionConfiguration;
        IEnumerable<MultiRegionKey?> relatives = [regions?.PrimaryKey, .. regions?.ReplicaKeys ?? []];
        return new KmsKeyDescription
        {
            KeyArn = arn,
            KeyState = key.KeyState?.Value ?? throw call.Incomplete(answer, "no key state"),
            KeyUsage = key.KeyUsage?.Value ?? UsageOf(spec) ?? throw call.Incomplete(answer, "no key usage"),
            KeySpec = spec,
            KeyManager = key.KeyManager?.Value ?? throw call.Incomplete(answer, "no key manager"),
            Origin = key.Origin?.Value ?? throw call.Incomplete(answer, "no origin"),
            Description = key.Description,
            CreatedAt = Utc(key.CreationDate),
            MultiRegion = key.MultiRegion ?? false,
            PrimaryKeyArn = regions?.PrimaryKey?.Arn is { } primary && (primary == arn || IsRelated(arn, primary)) ? primary : null,
            RelatedKeyArns = [.. relatives.Select(relative => relative?.Arn).OfType<string>().Where(other => IsRelated(arn, other)).Distinct()],
            DeletionDate = Utc(key.DeletionDate),
            RequestId = KmsRequest.IdOf(answer),
        };
    }

    // Grants and policies go to related keys: an answer must not lead them to a key of somebody else.
    private static bool IsRelated(string arn, string other) =>
        other != arn && KeyIdentifier.TryParse(other, out KeyIdentifier? key, out _) && key.IsRelatedTo(KeyIdentifier.Parse(arn));

    /// <summary>A time of the SDK, which gives local ones.</summary>
    public static DateTimeOffset? Utc(DateTime? time) => time is { } given ? new DateTimeOffset(given.ToUniversalTime()) : null;

    /// <summary>A symmetric key has no other usage (API reference, CreateKey); endpoints that are not AWS's may leave it out.</summary>
    private static string? UsageOf(string spec) => spec == "SYMMETRIC_DEFAULT" ? "ENCRYPT_DECRYPT" : null;
}
