using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Integrity;
using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Keys;

/// <summary>
/// Seals key-encryption keys under a provider and opens them. Sealing is one call of KMS, or two where the platform grants no
/// <c>GenerateDataKey</c>; opening is one. A provider with a second layer needs the internal KMS's share, too.
/// </summary>
internal sealed class KeySealer(InternalKms internalKms, ProviderAuthenticator authenticator, IAeadFactory? aeadFactory)
{
    /// <summary>How many calls of KMS it takes to seal a key under a provider.</summary>
    public static int CallsToSeal(EncryptionTenant tenant, KeyProvider provider) =>
        provider.Type == KeyProviderType.Internal ? 0 : IsShareOpened(tenant) ? 2 : 1;

    /// <summary>How many calls of KMS it takes to open a key through a provider.</summary>
    public static int CallsToOpen(KeyProvider provider) => provider.Type == KeyProviderType.Internal ? 0 : 1;

    /// <summary>How many calls of KMS it takes to seal a key and to prove it: a share that KMS opened already needs no further proof.</summary>
    public static int CallsToSealProven(EncryptionTenant tenant, KeyProvider provider) =>
        CallsToSeal(tenant, provider) + (IsShareOpened(tenant) ? 0 : CallsToOpen(provider));

    /// <summary>Seals a key under a provider, with fresh shares.</summary>
    public Task<KeyRecord> SealAsync(
        IKms kms, SecretBytes kek, string kekId, EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken) =>
        SealAsync(kms, kek, kekId, tenant, provider, null, cancellationToken);

    /// <summary>The same with one more pair in the encryption context of the KMS calls, for a key that serves no tenant's data.</summary>
    public async Task<KeyRecord> SealAsync(
        IKms kms,
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

        using ProviderShare share = await GenerateShareAsync(kms, tenant, provider, context, cancellationToken).ConfigureAwait(false);
        return Seal(kek, share, kekId, tenant, provider, context);
    }

    /// <summary>Seals a key under a provider and proves that the provider opens it: two calls of KMS.</summary>
    /// <exception cref="TenantEncryptionException"><c>WRONG_KEY</c>: the provider opened another key than it sealed.</exception>
    public async Task<KeyRecord> SealProvenAsync(
        IKms kms, SecretBytes kek, string kekId, EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken)
    {
        Dictionary<string, string> context = ContextOf(tenant, provider, kekId);
        using ProviderShare share = await GenerateShareAsync(kms, tenant, provider, context, cancellationToken).ConfigureAwait(false);
        KeyRecord record = Seal(kek, share, kekId, tenant, provider, context);
        using SecretBytes opened = share.IsProven
            ? await OpenWithShareAsync(record, provider, share.Plaintext, cancellationToken).ConfigureAwait(false)
            : await OpenAsync(kms, record, provider, cancellationToken).ConfigureAwait(false);
        return CryptographicOperations.FixedTimeEquals(opened.Span, kek.Span)
            ? record
            : throw new TenantEncryptionException(ErrorCodes.WrongKey, $"The provider '{provider.Name}' opened another key than it sealed.");
    }

    /// <summary>Seals the internal KMS's part of a record again, under the root at hand. No other KMS is asked.</summary>
    public async Task<KeyRecord> SealUnderRootAsync(KeyRecord record, EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken)
    {
        if (provider.Type != KeyProviderType.Internal)
        {
            using SecretBytes share = await internalKms.OpenAsync(record.SealedInternalShare, record.EncryptionContext, cancellationToken).ConfigureAwait(false);
            return record with { SealedInternalShare = internalKms.Seal(share.Span, record.EncryptionContext) };
        }

        RefuseForeign(record, provider);
        using SecretBytes old = await internalKms.OpenAsync(record.SealedShare, record.EncryptionContext, cancellationToken).ConfigureAwait(false);
        using SecretBytes kek = await OpenWithShareAsync(record, provider, old, cancellationToken).ConfigureAwait(false);
        Dictionary<string, string> context = ContextOf(tenant, provider, record.KekId);
        var plaintext = SecretBytes.Random(KeyRecordCipher.KeyLength);
        using var fresh = new ProviderShare { Plaintext = plaintext, Sealed = internalKms.Seal(plaintext.Span, context) };
        return Seal(kek, fresh, record.KekId, tenant, provider, context);
    }

    /// <summary>Opens a record through the provider that sealed it.</summary>
    /// <exception cref="TenantEncryptionException"><c>WRONG_KEY</c>: the record was altered, or is not this provider's; or what the provider answers.</exception>
    public async Task<SecretBytes> OpenAsync(IKms kms, KeyRecord record, KeyProvider provider, CancellationToken cancellationToken)
    {
        RefuseForeign(record, provider);
        using SecretBytes share = await OpenShareAsync(kms, record, provider, cancellationToken).ConfigureAwait(false);
        return await OpenWithShareAsync(record, provider, share, cancellationToken).ConfigureAwait(false);
    }

    // Where KMS gives a share sealed only, it is asked to open it.
    private static bool IsShareOpened(EncryptionTenant tenant) => tenant.Profile.ShareOperation == ShareOperation.GenerateDataKeyWithoutPlaintext;

    private static void RefuseForeign(KeyRecord record, KeyProvider provider)
    {
        if (record.ProviderId != provider.Id || record.TenantId != provider.TenantId || record.KeyArn != (provider.KeyArn ?? InternalKms.KeyArn))
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

    private KeyRecord Seal(
        SecretBytes kek, ProviderShare share, string kekId, EncryptionTenant tenant, KeyProvider provider, Dictionary<string, string> context)
    {
        var draft = new KeyRecord
        {
            KekId = kekId,
            TenantId = tenant.TenantId,
            ProviderId = provider.Id,
            KeyArn = provider.KeyArn ?? InternalKms.KeyArn,
            EncryptionContext = context,
            SealedShare = share.Sealed,
            SealedInternalShare = share.SealedInternal,
            Salt = [],
            Iv = [],
            SealedKek = [],
        };
        return KeyRecordCipher.Seal(kek.Span, share.Plaintext.Span, share.Internal is { } second ? second.Span : [], draft, aeadFactory);
    }

    /// <summary>The encryption context of the KMS calls for a key of a tenant.</summary>
    public static Dictionary<string, string> ContextOf(EncryptionTenant tenant, KeyProvider provider, string kekId) => new()
    {
        [tenant.Profile.ContextKey] = provider.ContextValue ?? tenant.TenantId,
        [PlatformProfile.KekContextKey] = kekId,
    };

    private async Task<SecretBytes> OpenWithShareAsync(KeyRecord record, KeyProvider provider, SecretBytes share, CancellationToken cancellationToken)
    {
        if (!provider.SecondLayer)
        {
            return KeyRecordCipher.Open(record, share.Span, [], aeadFactory);
        }

        using SecretBytes second = await internalKms.OpenAsync(record.SealedInternalShare, record.EncryptionContext, cancellationToken).ConfigureAwait(false);
        return KeyRecordCipher.Open(record, share.Span, second.Span, aeadFactory);
    }

    private async Task<ProviderShare> GenerateShareAsync(
        IKms kms, EncryptionTenant tenant, KeyProvider provider, Dictionary<string, string> context, CancellationToken cancellationToken)
    {
        if (provider.Type == KeyProviderType.Internal)
        {
            (SecretBytes plaintext, byte[] sealedShare) = await GenerateInternalAsync(context, cancellationToken).ConfigureAwait(false);
            return new ProviderShare { Plaintext = plaintext, Sealed = sealedShare };
        }

        await authenticator.RequireAsync(provider, cancellationToken).ConfigureAwait(false);
        (SecretBytes? second, byte[] sealedSecond) = provider.SecondLayer
            ? await GenerateInternalAsync(context, cancellationToken).ConfigureAwait(false)
            : (null, []);
        try
        {
            bool withoutPlaintext = IsShareOpened(tenant);
            (SecretBytes plaintext, byte[] sealedShare) = withoutPlaintext
                ? await GenerateThenOpenAsync(kms, provider, context, cancellationToken).ConfigureAwait(false)
                : await GenerateAsync(kms, provider, context, cancellationToken).ConfigureAwait(false);
            return new ProviderShare
            {
                Plaintext = plaintext,
                Sealed = sealedShare,
                IsProven = withoutPlaintext,
                Internal = second,
                SealedInternal = sealedSecond,
            };
        }
        catch
        {
            second?.Dispose();
            throw;
        }
    }

    private async Task<(SecretBytes Plaintext, byte[] Sealed)> GenerateInternalAsync(
        Dictionary<string, string> context, CancellationToken cancellationToken)
    {
        var plaintext = SecretBytes.Random(KeyRecordCipher.KeyLength);
        return (plaintext, await internalKms.SealAsync(plaintext, context, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<(SecretBytes Plaintext, byte[] Sealed)> GenerateAsync(
        IKms kms, KeyProvider provider, Dictionary<string, string> context, CancellationToken cancellationToken)
    {
        KmsDataKey made = await kms.GenerateDataKeyAsync(provider.Connection, provider.KeyArn!, context, cancellationToken).ConfigureAwait(false);
        return (CheckShare(made.Plaintext, provider), made.CiphertextBlob);
    }

    private static async Task<(SecretBytes Plaintext, byte[] Sealed)> GenerateThenOpenAsync(
        IKms kms, KeyProvider provider, Dictionary<string, string> context, CancellationToken cancellationToken)
    {
        KmsCiphertext made = await kms.GenerateDataKeyWithoutPlaintextAsync(
            provider.Connection, provider.KeyArn!, context, cancellationToken).ConfigureAwait(false);
        KmsPlaintext opened = await kms.DecryptAsync(
            provider.Connection, provider.KeyArn!, made.CiphertextBlob, context, cancellationToken).ConfigureAwait(false);
        return (CheckShare(opened.Plaintext, provider), made.CiphertextBlob);
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
        return CheckShare(opened.Plaintext, provider);
    }

    // A KMS that answers with an empty or short key would make the wrapping key guessable.
    private static SecretBytes CheckShare(SecretBytes share, KeyProvider provider)
    {
        if (share.Length == KeyRecordCipher.KeyLength)
        {
            return share;
        }

        share.Dispose();
        throw new TenantEncryptionException(ErrorCodes.Unknown, $"KMS answered with a share of {share.Length} bytes instead of 32.")
        {
            KeyArn = provider.KeyArn,
        };
    }
}
