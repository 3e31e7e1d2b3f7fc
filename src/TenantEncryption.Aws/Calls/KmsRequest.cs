using Amazon.KeyManagementService;
using Amazon.Runtime;
using TenantEncryption.Aws.Translation;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Calls;

/// <summary>One call under way, and what its answer must have.</summary>
/// <param name="Entry">The client and as whom it calls.</param>
/// <param name="Key">The key that was asked for.</param>
/// <param name="Site">What is called, for errors.</param>
/// <param name="Cancellation">Ends the call.</param>
internal sealed record KmsRequest(KmsClients.Entry Entry, KeyIdentifier? Key, CallSite Site, CancellationToken Cancellation)
{
    public IAmazonKeyManagementService Client => Entry.Client;

    /// <summary>A client that tries once, for what must not happen twice.</summary>
    public IAmazonKeyManagementService Once => Entry.Once.Value;

    public static string? IdOf(AmazonWebServiceResponse answer) => answer.ResponseMetadata?.RequestId;

    public static Dictionary<string, string>? Pairs(IReadOnlyDictionary<string, string>? pairs) =>
        pairs is null or { Count: 0 } ? null : new Dictionary<string, string>(pairs, StringComparer.Ordinal);

    /// <summary>Refuses an answer that names another key than the one asked for.</summary>
    public string AnsweredKey(string? answered, AmazonWebServiceResponse answer)
    {
        if (answered is null || !KeyIdentifier.TryParse(answered, out KeyIdentifier? key, out _) || key.Form != KeyIdentifierForm.KeyArn)
        {
            throw Incomplete(answer, "no key ARN");
        }

        bool fits = Key?.Form switch
        {
            KeyIdentifierForm.KeyArn => key.IsRelatedTo(Key),
            KeyIdentifierForm.KeyId => key.KeyId == Key.KeyId,
            KeyIdentifierForm.AliasArn => (key.Partition, key.Region, key.AccountId) == (Key.Partition, Key.Region, Key.AccountId),
            _ => true,
        };
        return fits ? answered : throw Site.Error(ErrorCodes.WrongKey, $"AWS KMS answered with another key, '{answered}'.", null, IdOf(answer));
    }

    public SecretBytes Plaintext(MemoryStream? stream, AmazonWebServiceResponse answer) =>
        stream is { Length: > 0 } ? PlaintextBuffer.Take(stream) : throw Incomplete(answer, "no plaintext");

    public KmsCiphertext Ciphertext(string? keyId, MemoryStream? blob, AmazonWebServiceResponse answer) =>
        new(AnsweredKey(keyId, answer), Blob(blob, answer), IdOf(answer));

    public byte[] Blob(MemoryStream? stream, AmazonWebServiceResponse answer) =>
        stream is { Length: > 0 } ? stream.ToArray() : throw Incomplete(answer, "no ciphertext");

    public TenantEncryptionException Incomplete(AmazonWebServiceResponse answer, string lack) =>
        Site.Error(ErrorCodes.Unknown, $"The answer of {Site.Operation} has {lack}.", null, IdOf(answer));
}
