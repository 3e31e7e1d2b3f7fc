using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>
/// A ciphertext and the key that opens it: the one that the request names, which must have made it, else the one that the ciphertext names.
/// </summary>
internal sealed class CiphertextSource
{
    private const string IgnoreCiphertext = "IGNORE_CIPHERTEXT";

    private readonly Ciphertext? _ciphertext;
    private readonly bool _isIgnored;

    private CiphertextSource(KmsKey key, Ciphertext? ciphertext, bool isIgnored) => (Key, _ciphertext, _isIgnored) = (key, ciphertext, isIgnored);

    public KmsKey Key { get; }

    /// <summary>The version of the key material that made it. Known once it is open.</summary>
    public string MaterialId => _ciphertext!.MaterialId;

    /// <summary>
    /// The ciphertext of the request; <see langword="null"/> where a dry run asks for the permission alone (API reference, Decrypt:
    /// DryRunModifiers), which a call that is no dry run can't.
    /// </summary>
    /// <exception cref="KmsError">ValidationException.</exception>
    public static byte[]? ReadBlob(OperationCall call, int maximum)
    {
        const string Member = "DryRunModifiers";
        IReadOnlyList<string> modifiers = call.Request.Texts(Member);
        return modifiers.Any(modifier => modifier != IgnoreCiphertext)
            ? throw KmsErrors.NotOneOf($"[{string.Join(", ", modifiers)}]", Member, [IgnoreCiphertext])
            : modifiers.Count > 0 && call.Request.Flag("DryRun") ? null
            : call.Request.RequiredBytes("CiphertextBlob", maximum);
    }

    /// <summary>Finds the key and checks that the caller may use it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="blob">The ciphertext, or <see langword="null"/> from <see cref="ReadBlob"/>: the request must name the key then.</param>
    /// <param name="member">The member that may name the key.</param>
    /// <param name="use">How the key is used.</param>
    /// <param name="context">The encryption context.</param>
    /// <param name="destination">For ReEncrypt, the key of the new ciphertext.</param>
    /// <exception cref="KmsError">
    /// InvalidCiphertextException, NotFoundException, AccessDeniedException or a refusal by the key's state.
    /// </exception>
    public static CiphertextSource Resolve(
        OperationCall call, byte[]? blob, string member, KeyUse use, IReadOnlyDictionary<string, string> context, KmsKey? destination = null)
    {
        Ciphertext? ciphertext = blob is null ? null : Ciphertext.Parse(blob);
        string? identifier = blob is null ? call.Request.RequiredText(member) : call.Request.Text(member);

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

        return new CiphertextSource(key, ciphertext, isIgnored: blob is null);
    }

    /// <summary>The plaintext; nothing where the ciphertext is ignored.</summary>
    /// <exception cref="KmsError">IncorrectKeyException or InvalidCiphertextException.</exception>
    public byte[] Open(IReadOnlyDictionary<string, string> context) =>
        _isIgnored ? []
        : _ciphertext is null ? throw KmsErrors.InvalidCiphertext()
        : _ciphertext.KeyId != Key.KeyId ? throw KmsErrors.IncorrectKey()
        : _ciphertext.Open(Key, context) ?? throw KmsErrors.InvalidCiphertext();

    /// <summary>A key that the request did not name and the caller may not use: whether there is one is not told.</summary>
    private static KmsError Inaccessible(OperationCall call, KeyUse use) =>
        KmsErrors.CiphertextKeyInaccessible(call.Caller.Arn, "kms:" + (use.Action ?? call.Operation.Name));
}
