using TenantEncryption.Envelope;
using TenantEncryption.Keys;

namespace TenantEncryption.Tests.Envelope;

/// <summary>A keyring that counts and answers as it is told: by default, nothing unwraps.</summary>
internal sealed class AskedKeyring(Func<EncryptedDataKey, SecretBytes?>? answer = null) : IKeyring
{
    public int Asked { get; private set; }

    public ValueTask<SecretBytes?> UnwrapAsync(
        EncryptedDataKey encryptedDataKey, MessageHeader header, EncryptionContext context, CancellationToken cancellationToken)
    {
        Asked++;
        return ValueTask.FromResult(answer?.Invoke(encryptedDataKey));
    }
}
