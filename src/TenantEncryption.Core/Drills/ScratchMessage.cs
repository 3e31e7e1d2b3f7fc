using System.Security.Cryptography;
using TenantEncryption.Data;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Drills;

/// <summary>
/// A message of random bytes under a key-encryption key of its own, made and read as a tenant's are, but kept nowhere: neither message nor
/// key is in the store. Each reading asks KMS.
/// </summary>
internal sealed class ScratchMessage
{
    private readonly KeySealer _sealer;
    private readonly KeyProvider _provider;
    private readonly KeyRecord _record;
    private readonly byte[] _plaintext;
    private readonly byte[] _message;

    private ScratchMessage(KeySealer sealer, KeyProvider provider, KeyRecord record, byte[] plaintext, byte[] message) =>
        (_sealer, _provider, _record, _plaintext, _message) = (sealer, provider, record, plaintext, message);

    /// <summary>The encryption context of its key's KMS calls.</summary>
    public IReadOnlyDictionary<string, string> KeyContext => _record.EncryptionContext;

    /// <summary>Writes one.</summary>
    /// <param name="sealer">Seals its key.</param>
    /// <param name="kms">The KMS that makes its key's share.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="pair">A pair that is added to the encryption context of its key.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task<ScratchMessage> WriteAsync(
        KeySealer sealer, IKmsChannel kms, EncryptionTenant tenant, KeyProvider provider, KeyValuePair<string, string>? pair, CancellationToken cancellationToken)
    {
        using SecretBytes kek = SecretBytes.Random(KeyRecordCipher.KeyLength);
        string kekId = Identifiers.New(Identifiers.KekPrefix);
        KeyRecord record = await sealer.SealAsync(kms, kek, kekId, tenant, provider, pair, cancellationToken).ConfigureAwait(false);
        EncryptionContext context = TenantContext.Of(tenant, null);
        using SecretBytes dataKey = SecretBytes.Random(KeyRecordCipher.KeyLength);
        EncryptedDataKey wrapped = RawAesKeyWrap.Wrap(kek.Span, RawAesKeyWrap.TenantEncryptionProviderId, kekId, dataKey.Span, context);
        using var materials = new MessageMaterials(dataKey, [wrapped], context);
        byte[] plaintext = RandomNumberGenerator.GetBytes(64);
        return new ScratchMessage(sealer, provider, record, plaintext, new MessageWriter().Write(plaintext, materials));
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="TenantEncryptionException">Why it can't be read.</exception>
    public async Task ReadAsync(IKmsChannel kms, CancellationToken cancellationToken)
    {
        using SecretBytes kek = await _sealer.OpenAsync(kms, _record, _provider, cancellationToken).ConfigureAwait(false);
        using var keyring = new RawAesKeyring(RawAesKeyWrap.TenantEncryptionProviderId, _record.KekId, kek.Span);
        OpenedValue opened = await new MessageReader().ReadValueAsync(_message, keyring, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (!opened.Plaintext.AsSpan().SequenceEqual(_plaintext))
        {
            throw new TenantEncryptionException(ErrorCodes.WrongKey, "The scratch message reads as something else than was written.");
        }
    }
}
