using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>The key that opens a ciphertext: the one that the request names, which must have made it, else the one that the ciphertext names.</summary>
internal static class CiphertextSource
{
    /// <exception cref="KmsError">InvalidCiphertextException, IncorrectKeyException, NotFoundException or AccessDeniedException.</exception>
    public static (KmsKey Key, Ciphertext Ciphertext) Resolve(OperationCall call, byte[] blob, string member)
    {
        Ciphertext? ciphertext = Ciphertext.Parse(blob);
        if (call.Request.Text(member) is not null)
        {
            KmsKey named = call.Key(member, aliases: true);
            return ciphertext is null ? throw KmsErrors.InvalidCiphertext()
                : named.KeyId != ciphertext.KeyId ? throw KmsErrors.IncorrectKey()
                : (named, ciphertext);
        }

        if (ciphertext is null)
        {
            throw KmsErrors.InvalidCiphertext();
        }

        // Key ids are unique over all accounts, so the ciphertext need not name one.
        KmsKey key = call.State.FindKeyById(call.Region, ciphertext.KeyId) ?? throw KmsErrors.CiphertextKeyInaccessible();
        return (key, ciphertext);
    }
}
