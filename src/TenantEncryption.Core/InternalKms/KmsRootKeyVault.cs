using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Keys.Root;

/// <summary>
/// Keeps root keys in the store, sealed under a key of the platform's own in AWS KMS, so that the machines that share a store share its root. A process has them
/// for an hour, and then asks KMS again: to disable the key shuts what the internal KMS keeps, wherever the store is open. It takes kms:GenerateDataKey to seal
/// them and kms:Decrypt to open them, both with the encryption context <c>StoreId</c>.
/// </summary>
public sealed class KmsRootKeyVault : IRootKeyVault
{
    /// <summary>The name of the pair in the encryption context: its value is the store's id, 32 hexadecimal digits.</summary>
    public const string ContextKey = "StoreId";

    /// <summary>For how long a process has root keys after KMS opened them.</summary>
    public static readonly TimeSpan LongestLease = TimeSpan.FromHours(1);

    private readonly KeyIdentifier _key;
    private readonly KmsConnection _connection;
    private readonly IAeadFactory _aeadFactory;

    /// <summary>Names the key.</summary>
    /// <param name="keyArn">
    /// Its key ARN. An alias is refused: who can move it could move the root. Of a multi-Region key the ARN in any of its regions: each machine names the one
    /// nearest, and the one under which the root keys were sealed is asked where that gives no answer.
    /// </param>
    /// <param name="connection">How KMS is reached; its region is the ARN's.</param>
    /// <exception cref="TenantEncryptionException"><c>INVALID_ARN</c>.</exception>
    public KmsRootKeyVault(string keyArn, KmsConnection? connection = null)
        : this(keyArn, connection, null)
    {
    }

    internal KmsRootKeyVault(string keyArn, KmsConnection? connection, IAeadFactory? aeadFactory)
    {
        _key = KeyIdentifier.Parse(keyArn);
        if (_key.Form != KeyIdentifierForm.KeyArn)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidArn, $"'{keyArn}' is not the ARN of a KMS key, under which root keys are sealed.", remedy: "Give the key's ARN: arn:aws:kms:<region>:<account>:key/<id>.");
        }

        _connection = connection ?? new KmsConnection();
        _aeadFactory = aeadFactory ?? AesGcmFactory.Instance;
    }

    /// <summary>The ARN of the key.</summary>
    public string KeyArn => _key.ToString();

    /// <inheritdoc/>
    public RootKeyProtection Protection => RootKeyProtection.Kms;

    /// <inheritdoc/>
    public bool IsInStore => true;

    /// <inheritdoc/>
    string? IRootKeyVault.MasterKeyArn => KeyArn;

    /// <inheritdoc/>
    TimeSpan? IRootKeyVault.Lease => LongestLease;

    /// <inheritdoc/>
    public IRootKeyVault? For(RootKeyProtection protection) => protection == Protection ? this : null;

    /// <inheritdoc/>
    public string PlaceOf(string storeId) => $"the store itself, sealed under {KeyArn}";

    /// <inheritdoc/>
    async Task<RootKeySet?> IRootKeyVault.OpenAsync(string storeId, byte[]? kept, IKmsChannel kms, CancellationToken cancellationToken)
    {
        if (kept is null)
        {
            return null;
        }

        KmsRootKeySeal seal = KmsRootKeySeal.Find(kept) ?? throw new TenantEncryptionException(ErrorCodes.RootKeyMismatch, "The sealed root key in the store is malformed.");

        // Who writes the store must not have their own key asked, whose answer would be theirs.
        if (!KeyIdentifier.TryParse(seal.KeyArn, out KeyIdentifier? sealer, out _) || !_key.IsRelatedTo(sealer))
        {
            throw new TenantEncryptionException(
                ErrorCodes.RootKeyMismatch,
                $"The root key of this store is sealed under {seal.KeyArn}, and not under {KeyArn}, which was named.",
                remedy: "If the root key was moved there on purpose, name that key. Else treat the store as attacked, and restore it from a backup.");
        }

        using SecretBytes dataKey = await DecryptAsync(storeId, seal.WrappedKey, sealer, kms, cancellationToken).ConfigureAwait(false);
        return seal.Open(storeId, dataKey.Span, _aeadFactory);
    }

    /// <inheritdoc/>
    async Task<byte[]?> IRootKeyVault.SealAsync(string storeId, RootKeySet keys, IKmsChannel kms, CancellationToken cancellationToken)
    {
        try
        {
            using KmsDataKey dataKey = await kms.GenerateDataKeyAsync(ConnectionTo(_key), KeyArn, ContextOf(storeId), cancellationToken).ConfigureAwait(false);

            // What the key can't open again would be lost.
            using SecretBytes opened = await DecryptOnceAsync(storeId, dataKey.CiphertextBlob, _key, kms, cancellationToken).ConfigureAwait(false);
            return CryptographicOperations.FixedTimeEquals(opened.Span, dataKey.Plaintext.Span)
                ? KmsRootKeySeal.Seal(keys, storeId, KeyArn, dataKey, _aeadFactory)
                : throw new TenantEncryptionException(ErrorCodes.WrongKey, "KMS opened another data key than it made.");
        }
        catch (TenantEncryptionException failure)
        {
            throw Explained(failure, storeId);
        }
    }

    private static Dictionary<string, string> ContextOf(string storeId) => new() { [ContextKey] = storeId };

    private async Task<SecretBytes> DecryptAsync(
        string storeId, ReadOnlyMemory<byte> wrapped, KeyIdentifier sealer, IKmsChannel kms, CancellationToken cancellationToken)
    {
        try
        {
            return await DecryptOnceAsync(storeId, wrapped, _key, kms, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException silence) when (silence.Code == ErrorCodes.KmsUnreachable && sealer != _key)
        {
            try
            {
                return await DecryptOnceAsync(storeId, wrapped, sealer, kms, cancellationToken).ConfigureAwait(false);
            }
            catch (TenantEncryptionException failure)
            {
                throw Explained(failure, storeId);
            }
        }
        catch (TenantEncryptionException failure)
        {
            throw Explained(failure, storeId);
        }
    }

    private async Task<SecretBytes> DecryptOnceAsync(
        string storeId, ReadOnlyMemory<byte> wrapped, KeyIdentifier key, IKmsChannel kms, CancellationToken cancellationToken)
    {
        KmsPlaintext opened = await kms.DecryptAsync(ConnectionTo(key), key.ToString(), wrapped, ContextOf(storeId), cancellationToken).ConfigureAwait(false);
        if (opened.Plaintext.Length == RootKey.MaterialLength)
        {
            return opened.Plaintext;
        }

        opened.Dispose();
        throw new TenantEncryptionException(ErrorCodes.Unknown, $"KMS answered with a data key of {opened.Plaintext.Length} bytes instead of {RootKey.MaterialLength}.");
    }

    private KmsConnection ConnectionTo(KeyIdentifier key) => _connection with { Region = key.Region };

    private TenantEncryptionException Explained(TenantEncryptionException failure, string storeId)
    {
        string key = failure.KeyArn ?? KeyArn;
        bool isForeign = failure.Code == ErrorCodes.WrongKey;
        return new TenantEncryptionException(
            isForeign ? ErrorCodes.RootKeyMismatch : failure.Code,
            isForeign
                ? $"The sealed root key in the store does not open under {key}: it was altered, or is another store's. {failure.Detail}"
                : $"The root key of this store, sealed under {key}, can't be had, and what the internal KMS keeps is shut: {failure.Detail}",
            failure,
            RemedyFor(failure, storeId))
        {
            Operation = failure.Operation,
            KeyArn = key,
            Region = failure.Region,
            RequestId = failure.RequestId,
        };
    }

    private static string? RemedyFor(TenantEncryptionException failure, string storeId)
    {
        const string Lost = "If the key is lost, bring the root key back from its backup under another key (RootKeyBackup.AsVault).";
        return failure.Code switch
        {
            ErrorCodes.PolicyDenied =>
                $"Have the key policy, and the policy of whom this process calls as, allow kms:GenerateDataKey and kms:Decrypt with the encryption context {ContextKey} = {storeId}.",
            ErrorCodes.KeyDisabled => "Enable the key in AWS KMS.",
            ErrorCodes.KeyPendingDeletion => $"Cancel the deletion before its date, then enable the key. {Lost}",
            ErrorCodes.KeyNotFound => $"Check the ARN, its account and its region. {Lost}",
            ErrorCodes.KeyPendingImport => $"Import the key material again. {Lost}",
            ErrorCodes.WrongKey => null,
            _ => failure.Remedy,
        };
    }
}
