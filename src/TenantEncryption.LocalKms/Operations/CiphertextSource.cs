using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>
/// A ciphertext and the key that opens it: the one that the request names, which must have made it, else the one that the ciphertext names.
/// </summary>
internal sealed class CiphertextSource
{
    private readonly Ciphertext? _ciphertext;

    private CiphertextSource(KmsKey key, Ciphertext? ciphertext)
    {
        Key = key;
        _ciphertext = ciphertext;
    }

    public KmsKey Key { get; }

    /// <summary>The version of the key material that made it. Known once it is open.</summary>
    public string MaterialId => _ciphertext!.MaterialId;

    /// <summary>Finds the key and checks that the caller may use it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="blob">The ciphertext.</param>
    /// <param name="member">The member that may name the key.</param>
    /// <param name="use">How the key is used.</param>
    /// <param name="context">The encryption context.</param>
    /// <param name="destination">For ReEncrypt, the key of the new ciphertext.</param>
    /// <exception cref="KmsError">
    /// InvalidCiphertextException, NotFoundException, AccessDeniedException or a refusal by the key's state.
    /// </exception>
    public static CiphertextSource Resolve(
        OperationCall call, byte[] blob, string member, KeyUse use, IReadOnlyDictionary<string, string> context, KmsKey? destination = null)
    {
        Ciphertext? ciphertext = Ciphertext.Parse(blob);
        string? identifier = call.Request.Text(member);

        // Key ids are unique over all accounts, so a ciphertext need not name one.
        KmsKey key = identifier is not null
            ? KeyReference.Resolve(call, identifier, use)
            : call.State.FindKeyById(call.Region, (ciphertext ?? throw KmsErrors.InvalidCiphertext()).KeyId)
            ?? throw Inaccessible(call, use);
        if (destination is not null)
        {
            call.Conditions.Set("kms:ReEncryptOnSameKey", key.Arn == destination.Arn);
        }

        try
        {
            call.Allow(key, use, context);
        }
        catch (KmsError refusal) when (identifier is null && refusal.Type == "AccessDeniedException")
        {
            throw Inaccessible(call, use);
        }

        return new CiphertextSource(key, ciphertext);
    }

    /// <summary>The plaintext.</summary>
    /// <exception cref="KmsError">IncorrectKeyException or InvalidCiphertextException.</exception>
    public byte[] Open(IReadOnlyDictionary<string, string> context) =>
        _ciphertext is null ? throw KmsErrors.InvalidCiphertext()
        : _ciphertext.KeyId != Key.KeyId ? throw KmsErrors.IncorrectKey()
        : _ciphertext.Open(Key, context) ?? throw KmsErrors.InvalidCiphertext();

    /// <summary>A key that the request did not name and the caller may not use: whether there is one is not told.</summary>
    private static KmsError Inaccessible(OperationCall call, KeyUse use) =>
        KmsErrors.CiphertextKeyInaccessible(call.Caller.Arn, "kms:" + (use.Action ?? call.Operation.Name));
}
