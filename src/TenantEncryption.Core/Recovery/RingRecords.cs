using TenantEncryption.Changes;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Keys.Root;
using TenantEncryption.Keys.Sources;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Recovery;

/// <summary>Key records on their way into a key ring and out of it: what the internal KMS sealed of them, which another store's root key does not open, is sealed again.</summary>
internal sealed class RingRecords(KeySealer sealer, KeyMaker keyMaker, InternalKms internalKms, IAeadFactory? aeadFactory)
{
    /// <summary>A record as a ring has it. No KMS of a customer is asked.</summary>
    /// <exception cref="TenantEncryptionException"><c>WRONG_KEY</c>, <c>ROOT_KEY_MISMATCH</c>.</exception>
    public async Task<KeyRecord> ToRingAsync(KeyRecord record, KeyRingSeal seal, CancellationToken cancellationToken)
    {
        if (record.SealedInternalShare.Length > 0)
        {
            using SecretBytes second = await internalKms.OpenAsync(record.SealedInternalShare, record.EncryptionContext, cancellationToken).ConfigureAwait(false);
            return record with { SealedInternalShare = seal.Seal(second.Span, record.EncryptionContext) };
        }

        if (record.KeyArn != InternalKms.KeyArn)
        {
            return record;
        }

        // The sealed share is in the record's AAD, so the key is sealed anew, under a share that the root key has no part in.
        using SecretBytes old = await internalKms.OpenAsync(record.SealedShare, record.EncryptionContext, cancellationToken).ConfigureAwait(false);
        using SecretBytes kek = KeyRecordCipher.Open(record, old.Span, [], aeadFactory);
        using SecretBytes share = SecretBytes.Random(KeyRecordCipher.KeyLength);
        return KeyRecordCipher.Seal(kek.Span, share.Span, [], record with { SealedShare = seal.Seal(share.Span, record.EncryptionContext) }, aeadFactory);
    }

    /// <summary>How many calls of KMS <see cref="FromRingAsync"/> makes.</summary>
    public static int CallsOf(EncryptionTenant tenant, KeyProvider opener, KeyProvider keeper) =>
        KeySources.CallsToOpen(opener) + (IsKept(opener, keeper) ? 0 : KeyMaker.CallsToMake(tenant, keeper));

    /// <summary>Opens a record of a ring through its provider, and gives it as this store keeps it.</summary>
    /// <param name="operation">Whose calls they are.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="record">The record.</param>
    /// <param name="opener">The provider that sealed it.</param>
    /// <param name="keeper">The provider that seals it here: the same one; another one on the same master key; or the internal one.</param>
    /// <param name="seal">What the ring's passphrase does.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <exception cref="TenantEncryptionException"><c>WRONG_KEY</c>: it was altered, or is not this provider's; or what the provider answers.</exception>
    public async Task<KeyRecord> FromRingAsync(
        Operation operation, EncryptionTenant tenant, KeyRecord record, KeyProvider opener, KeyProvider keeper, KeyRingSeal? seal, CancellationToken cancellationToken)
    {
        RequiredGrant.RequireKnown(tenant, keeper);
        if (record.SealedInternalShare.Length > 0)
        {
            using SecretBytes second = seal!.Open(record.SealedInternalShare, record.EncryptionContext);
            record = record with { SealedInternalShare = await internalKms.SealAsync(second, record.EncryptionContext, cancellationToken).ConfigureAwait(false) };
        }

        using SecretBytes kek = await OpenAsync(operation, record, opener, seal, cancellationToken).ConfigureAwait(false);
        return IsKept(opener, keeper)
            ? record
            : await keyMaker.SealAsync(operation, kek, record.KekId, tenant, keeper, cancellationToken).ConfigureAwait(false);
    }

    // A share that the passphrase sealed is no share of an internal KMS, be it the same one.
    private static bool IsKept(KeyProvider opener, KeyProvider keeper) => keeper.Id == opener.Id && keeper.Type == KeyProviderType.AwsKms;

    // The region of the key that answers: a refusal is an answer.
    private async Task<SecretBytes> OpenAsync(Operation operation, KeyRecord record, KeyProvider opener, KeyRingSeal? seal, CancellationToken cancellationToken)
    {
        if (opener.Type == KeyProviderType.Internal)
        {
            using SecretBytes share = seal!.Open(record.SealedShare, record.EncryptionContext);
            return KeyRecordCipher.Open(record, share.Span, [], aeadFactory);
        }

        TenantEncryptionException? silence = null;
        foreach (KeyRegion region in KeyRegion.All(opener))
        {
            try
            {
                return await sealer.OpenAsync(operation.Kms.At(region.Connection, region.KeyArn), record, opener, cancellationToken).ConfigureAwait(false);
            }
            catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.KmsUnreachable)
            {
                silence ??= exception;
            }
        }

        throw silence!;
    }
}
