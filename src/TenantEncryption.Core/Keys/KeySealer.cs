using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys.Root;
using TenantEncryption.Keys.Sources;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Keys;

/// <summary>
/// Seals key-encryption keys under a provider and opens them: each record is wrapped under a fresh share of the provider's key source, and under one of
/// the internal KMS, too, where the provider has a second layer.
/// </summary>
internal sealed class KeySealer(KeySources sources, InternalKms internalKms, IAeadFactory? aeadFactory)
{
    /// <summary>The encryption context of the KMS calls for a key of a tenant.</summary>
    public static Dictionary<string, string> ContextOf(EncryptionTenant tenant, KeyProvider provider, string kekId) => new()
    {
        [tenant.Profile.ContextKey] = provider.ContextValue ?? tenant.TenantId,
        [PlatformProfile.KekContextKey] = kekId,
    };

    /// <summary>Seals a key under a provider, with fresh shares.</summary>
    public Task<KeyRecord> SealAsync(
        IKmsChannel kms, SecretBytes kek, string kekId, EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken) =>
        SealAsync(kms, kek, kekId, tenant, provider, null, cancellationToken);

    /// <summary>The same with one more pair in the encryption context of the KMS calls, for a key that serves no tenant's data.</summary>
    public async Task<KeyRecord> SealAsync(
        IKmsChannel kms,
        SecretBytes kek,
        string kekId,
        EncryptionTenant tenant,
        KeyProvider provider,
        KeyValuePair<string, string>? pair,
        CancellationToken cancellationToken)
    {
        Dictionary<string, string> context = ContextOf(tenant, provider, kekId);
        if (pair is { } added)
        {
            context.Add(added.Key, added.Value);
        }

        using KeyShare? second = await MakeSecondAsync(provider, context, cancellationToken).ConfigureAwait(false);
        using KeyShare share = await SourceOf(kms, tenant, provider).MakeAsync(context, cancellationToken).ConfigureAwait(false);
        return Seal(kek, share, second, DraftOf(kekId, tenant, provider, context));
    }

    /// <summary>Seals a key under a provider and proves that the provider opens it.</summary>
    /// <exception cref="TenantEncryptionException"><c>WRONG_KEY</c>: the provider opened another key than it sealed.</exception>
    public async Task<KeyRecord> SealProvenAsync(
        IKmsChannel kms, SecretBytes kek, string kekId, EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken)
    {
        Dictionary<string, string> context = ContextOf(tenant, provider, kekId);
        using KeyShare? second = await MakeSecondAsync(provider, context, cancellationToken).ConfigureAwait(false);
        using KeyShare share = await SourceOf(kms, tenant, provider).MakeAsync(context, cancellationToken).ConfigureAwait(false);
        KeyRecord record = Seal(kek, share, second, DraftOf(kekId, tenant, provider, context));
        using SecretBytes opened = share.IsProven
            ? await OpenWithShareAsync(record, provider, share.Plaintext, cancellationToken).ConfigureAwait(false)
            : await OpenAsync(kms, record, provider, cancellationToken).ConfigureAwait(false);
        return CryptographicOperations.FixedTimeEquals(opened.Span, kek.Span)
            ? record
            : throw new TenantEncryptionException(ErrorCodes.WrongKey, $"The provider '{provider.Name}' opened another key than it sealed.");
    }

    /// <summary>Seals the internal KMS's part of a record again, under the current one of the root keys. No KMS is asked.</summary>
    public KeyRecord SealUnderRoot(KeyRecord record, EncryptionTenant tenant, KeyProvider provider, RootKeySet roots)
    {
        if (record.SealedInternalShare.Length > 0)
        {
            using SecretBytes second = internalKms.Open(roots, record.SealedInternalShare, record.EncryptionContext);
            return record with { SealedInternalShare = internalKms.Seal(roots.Current, second.Span, record.EncryptionContext) };
        }

        RefuseForeign(record, provider, InternalKms.KeyArn);
        using SecretBytes old = internalKms.Open(roots, record.SealedShare, record.EncryptionContext);
        using SecretBytes kek = KeyRecordCipher.Open(record, old.Span, [], aeadFactory);
        Dictionary<string, string> context = ContextOf(tenant, provider, record.KekId);
        var plaintext = SecretBytes.Random(KeyRecordCipher.KeyLength);
        using var fresh = new KeyShare { Plaintext = plaintext, Sealed = internalKms.Seal(roots.Current, plaintext.Span, context) };
        return Seal(kek, fresh, null, DraftOf(record.KekId, tenant, provider, context));
    }

    /// <summary>Opens a record through the provider that sealed it.</summary>
    /// <exception cref="TenantEncryptionException"><c>WRONG_KEY</c>: the record was altered, or is not this provider's; or what the provider answers.</exception>
    public async Task<SecretBytes> OpenAsync(IKmsChannel kms, KeyRecord record, KeyProvider provider, CancellationToken cancellationToken)
    {
        IKeySource source = sources.Of(kms, provider);
        RefuseForeign(record, provider, source.KeyArn);
        using SecretBytes share = await source.OpenAsync(record.SealedShare, record.EncryptionContext, cancellationToken).ConfigureAwait(false);
        return await OpenWithShareAsync(record, provider, share, cancellationToken).ConfigureAwait(false);
    }

    private static void RefuseForeign(KeyRecord record, KeyProvider provider, string keyArn)
    {
        if (record.ProviderId != provider.Id || record.TenantId != provider.TenantId || record.KeyArn != keyArn)
        {
            throw new TenantEncryptionException(
                ErrorCodes.WrongKey, $"The record of key {record.KekId} names another tenant, provider or master key than the provider '{provider.Name}' is.");
        }

        // Who can use the master key could else seal a key of their own that opens without the internal KMS.
        if (record.SealedInternalShare.Length > 0 != provider.SecondLayer)
        {
            string fault = provider.SecondLayer ? "lacks the internal KMS's share, which" : "has a share of the internal KMS, which none of";
            throw new TenantEncryptionException(ErrorCodes.WrongKey, $"The record of key {record.KekId} {fault} the provider '{provider.Name}' seals with: it was altered.");
        }
    }

    private static KeyRecord DraftOf(string kekId, EncryptionTenant tenant, KeyProvider provider, Dictionary<string, string> context) => new()
    {
        KekId = kekId,
        TenantId = tenant.TenantId,
        ProviderId = provider.Id,
        KeyArn = provider.KeyArn ?? InternalKms.KeyArn,
        EncryptionContext = context,
        SealedShare = [],
        Salt = [],
        Iv = [],
        SealedKek = [],
    };

    private IKeySource SourceOf(IKmsChannel kms, EncryptionTenant tenant, KeyProvider provider) => sources.Of(kms, provider, tenant.Profile.ShareOperation);

    private async Task<KeyShare?> MakeSecondAsync(KeyProvider provider, Dictionary<string, string> context, CancellationToken cancellationToken) =>
        provider.SecondLayer ? await sources.Internal.MakeAsync(context, cancellationToken).ConfigureAwait(false) : null;

    private KeyRecord Seal(SecretBytes kek, KeyShare share, KeyShare? second, KeyRecord draft) => KeyRecordCipher.Seal(
        kek.Span,
        share.Plaintext.Span,
        second is null ? [] : second.Plaintext.Span,
        draft with { SealedShare = share.Sealed, SealedInternalShare = second?.Sealed ?? [] },
        aeadFactory);

    private async Task<SecretBytes> OpenWithShareAsync(KeyRecord record, KeyProvider provider, SecretBytes share, CancellationToken cancellationToken)
    {
        if (!provider.SecondLayer)
        {
            return KeyRecordCipher.Open(record, share.Span, [], aeadFactory);
        }

        using SecretBytes second = await sources.Internal.OpenAsync(record.SealedInternalShare, record.EncryptionContext, cancellationToken).ConfigureAwait(false);
        return KeyRecordCipher.Open(record, share.Span, second.Span, aeadFactory);
    }
}
