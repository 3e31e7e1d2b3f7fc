using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Keys;

/// <summary>Seals key-encryption keys under a provider and opens them: one call of KMS for each.</summary>
internal sealed class KeySealer(InternalKms internalKms, ProviderAuthenticator authenticator, IAeadFactory? aeadFactory)
{
    /// <summary>The context key of the pair that names the key-encryption key in every KMS call.</summary>
    public const string KekContextKey = "KekId";

    /// <summary>Seals a key under a provider, with a fresh share.</summary>
    public async Task<KeyRecord> SealAsync(IKms kms, SecretBytes kek, string kekId, EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken)
    {
        Dictionary<string, string> context = ContextOf(tenant, provider, kekId);
        using ProviderShare share = await GenerateShareAsync(kms, provider, context, cancellationToken).ConfigureAwait(false);
        return Seal(kek, share, kekId, tenant, provider, context);
    }

    /// <summary>Seals a key of the internal KMS under the root at hand, for rotating the root.</summary>
    public KeyRecord SealUnderRoot(SecretBytes kek, string kekId, EncryptionTenant tenant, KeyProvider provider)
    {
        Dictionary<string, string> context = ContextOf(tenant, provider, kekId);
        var plaintext = SecretBytes.Random(KeyRecordCipher.KeyLength);
        using var share = new ProviderShare(plaintext, internalKms.Seal(plaintext.Span, context));
        return Seal(kek, share, kekId, tenant, provider, context);
    }

    /// <summary>Opens a record through the provider that sealed it.</summary>
    public async Task<SecretBytes> OpenAsync(IKms kms, KeyRecord record, KeyProvider provider, CancellationToken cancellationToken)
    {
        if (record.ProviderId != provider.Id || record.TenantId != provider.TenantId || record.KeyArn != (provider.KeyArn ?? InternalKms.KeyArn))
        {
            throw new TenantEncryptionException(
                ErrorCodes.WrongKey, $"The record of key {record.KekId} names another tenant, provider or master key than the provider '{provider.Name}' is.");
        }

        using SecretBytes share = await OpenShareAsync(kms, record, provider, cancellationToken).ConfigureAwait(false);
        return KeyRecordCipher.Open(record, share.Span, [], aeadFactory);
    }

    private KeyRecord Seal(
        SecretBytes kek, ProviderShare share, string kekId, EncryptionTenant tenant, KeyProvider provider, Dictionary<string, string> context) =>
        KeyRecordCipher.Seal(kek.Span, share.Plaintext.Span, [], new KeyRecord
        {
            KekId = kekId,
            TenantId = tenant.TenantId,
            ProviderId = provider.Id,
            KeyArn = provider.KeyArn ?? InternalKms.KeyArn,
            EncryptionContext = context,
            SealedShare = share.Sealed,
            Salt = [],
            Iv = [],
            SealedKek = [],
        }, aeadFactory);

    private static Dictionary<string, string> ContextOf(EncryptionTenant tenant, KeyProvider provider, string kekId) => new()
    {
        [PlatformCatalog.Get(tenant.Platform).ContextKey] = provider.ContextValue ?? tenant.TenantId,
        [KekContextKey] = kekId,
    };

    private async Task<ProviderShare> GenerateShareAsync(
        IKms kms, KeyProvider provider, Dictionary<string, string> context, CancellationToken cancellationToken)
    {
        if (provider.Type == KeyProviderType.Internal)
        {
            var plaintext = SecretBytes.Random(KeyRecordCipher.KeyLength);
            return new ProviderShare(plaintext, await internalKms.SealAsync(plaintext, context, cancellationToken).ConfigureAwait(false));
        }

        await authenticator.RequireAsync(provider, cancellationToken).ConfigureAwait(false);
        KmsDataKey dataKey = await kms.GenerateDataKeyAsync(provider.Connection, provider.KeyArn!, context, cancellationToken).ConfigureAwait(false);
        CheckShare(dataKey.Plaintext, provider);
        return new ProviderShare(dataKey.Plaintext, dataKey.CiphertextBlob);
    }

    private async Task<SecretBytes> OpenShareAsync(IKms kms, KeyRecord record, KeyProvider provider, CancellationToken cancellationToken)
    {
        if (provider.Type == KeyProviderType.Internal)
        {
            return await internalKms.OpenAsync(record.SealedShare, record.EncryptionContext, cancellationToken).ConfigureAwait(false);
        }

        await authenticator.RequireAsync(provider, cancellationToken).ConfigureAwait(false);
        KmsPlaintext opened = await kms.DecryptAsync(
            provider.Connection, record.KeyArn, record.SealedShare, record.EncryptionContext, cancellationToken).ConfigureAwait(false);
        CheckShare(opened.Plaintext, provider);
        return opened.Plaintext;
    }

    // A KMS that answers with an empty or short key would make the wrapping key guessable.
    private static void CheckShare(SecretBytes share, KeyProvider provider)
    {
        if (share.Length != KeyRecordCipher.KeyLength)
        {
            share.Dispose();
            throw new TenantEncryptionException(ErrorCodes.Unknown, $"KMS answered with a share of {share.Length} bytes instead of 32.")
            {
                KeyArn = provider.KeyArn,
            };
        }
    }
}
