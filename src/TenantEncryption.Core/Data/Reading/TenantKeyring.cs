using System.Text;
using TenantEncryption.Changes;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Data.Reading;

/// <summary>
/// The keyring of one read of one message: it tries only the keys of the tenant whose message it is. A key-encryption key must be the
/// tenant's; an <c>aws-kms</c> key must be, or be a multi-Region relative of, the master key of an Active or Archived provider of the
/// tenant. Nothing else causes a network call.
/// </summary>
internal sealed class TenantKeyring : IKeyring, IDisposable
{
    // A lease of zero is one call an operation; a long read must not outlive a withdrawal by more than this.
    private static readonly TimeSpan RecheckOfZeroLease = TimeSpan.FromSeconds(5);

    private readonly KeyLeases _leases;
    private readonly UnitOfWork _work;
    private readonly ContextKeys _contextKeys;
    private readonly Operation _operation;
    private readonly UnprotectOptions _options;
    private readonly ReadIntents? _intents;
    private readonly CallersKeyring? _callersKeyring;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1);
    private readonly KmsAllowance _allowance = new();
    private KeyLease? _lease;
    private LeaseTerm? _term;
    private Func<CancellationToken, Task>? _askAgain;
    private long _epoch;
    private (string ProviderId, long Refusals)? _asked;

    /// <summary>Makes a keyring for one read.</summary>
    public TenantKeyring(
        KeyLeases leases, UnitOfWork work, ContextKeys contextKeys, Operation operation, UnprotectOptions options, ReadIntents? intents, TimeProvider time)
    {
        _intents = intents;
        (_leases, _work, _contextKeys, _operation, _options, _time) = (leases, work, contextKeys, operation, options, time);
        _callersKeyring = options.Keyring is null ? null : new CallersKeyring(options.Keyring);
    }

    /// <summary>The tenant whose message it is, once the header was seen; <see langword="null"/> when only the caller's keyring can open it.</summary>
    public EncryptionTenant? Tenant { get; private set; }

    /// <summary>The key-encryption key that opened the message; <see langword="null"/> when a master key did, or the caller's.</summary>
    public string? OpenedByKek { get; private set; }

    /// <summary>The provider whose master key opened the message by itself.</summary>
    public string? OpenedByProvider { get; private set; }

    /// <summary>Finds the tenant: the caller's, or the one that the header names.</summary>
    /// <exception cref="TenantEncryptionException"><c>WRONG_TENANT</c>, <c>TENANT_NOT_FOUND</c>.</exception>
    public async ValueTask OnHeaderAsync(MessageHeader header)
    {
        EncryptionContext context = WithRequired(header.Context);
        if (_options.TenantId is { } tenantId)
        {
            EncryptionTenant tenant = (await _leases.StateAsync(tenantId, CancellationToken.None).ConfigureAwait(false)).Tenant;
            if (!TenantContext.Names(context, tenant) && _options.Keyring is null)
            {
                await _contextKeys.LearnAsync(CancellationToken.None).ConfigureAwait(false);
                string named = string.Join("', '", _contextKeys.Named(context));
                throw named.Length == 0
                    ? NamesNoTenant($"The message names no tenant, so it is not one of '{tenantId}'.", tenant.Profile.ContextKey, tenantId)
                    : new TenantEncryptionException(ErrorCodes.WrongTenant, $"The message is one of '{named}', not of '{tenantId}'.");
            }

            Tenant = TenantContext.Names(context, tenant) ? tenant : null;
            return;
        }

        Tenant = await FindNamedAsync(context).ConfigureAwait(false);
        if (Tenant is null && await _contextKeys.LearnAsync(CancellationToken.None).ConfigureAwait(false))
        {
            Tenant = await FindNamedAsync(context).ConfigureAwait(false);
        }

        if (Tenant is null && _options.Keyring is null)
        {
            string named = string.Join("', '", _contextKeys.Named(context));
            throw named.Length == 0
                ? NamesNoTenant("The message names no tenant.", PlatformCatalog.FindBuiltIn(PlatformCatalog.Standalone)!.ContextKey, "…")
                : new TenantEncryptionException(ErrorCodes.TenantNotFound, $"The message is one of '{named}', and there is no such tenant in this store.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask<SecretBytes?> UnwrapAsync(
        EncryptedDataKey encryptedDataKey, MessageHeader header, EncryptionContext context, CancellationToken cancellationToken)
    {
        SecretBytes? dataKey = await OpenAsync(encryptedDataKey, header, context, cancellationToken).ConfigureAwait(false);
        if (dataKey is null || _intents is null)
        {
            return dataKey;
        }

        try
        {
            await _intents.TakeAsync(_operation, Tenant?.TenantId, cancellationToken).ConfigureAwait(false);
            return dataKey;
        }
        catch
        {
            dataKey.Dispose();
            throw;
        }
    }

    /// <summary>Asks for the key again when its lease is over or the tenant's keys changed: a withdrawal shuts a long read, too.</summary>
    public async ValueTask BeforeFramesAsync(CancellationToken cancellationToken)
    {
        if (Tenant is null || _askAgain is null || await MayGoOnAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!await MayGoOnAsync(cancellationToken).ConfigureAwait(false))
            {
                await _askAgain(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReturnLease();
        _gate.Dispose();
    }

    private async ValueTask<SecretBytes?> OpenAsync(
        EncryptedDataKey encryptedDataKey, MessageHeader header, EncryptionContext context, CancellationToken cancellationToken)
    {
        if (_callersKeyring is not null
            && await _callersKeyring.UnwrapAsync(encryptedDataKey, header, context, cancellationToken).ConfigureAwait(false) is { } opened)
        {
            return opened;
        }

        // A key neither wraps nor unwraps a context whose tenant pair is not its own.
        if (_options is { KeyringOnly: true, Keyring: not null } || Tenant is null || !TenantContext.Names(context, Tenant))
        {
            return null;
        }

        return encryptedDataKey.ProviderId switch
        {
            RawAesKeyWrap.TenantEncryptionProviderId when RawAesKeyWrap.TryReadKeyName(encryptedDataKey, out string? kekId) =>
                await UnwrapByKekAsync(kekId, encryptedDataKey, header, context, cancellationToken).ConfigureAwait(false),
            EncryptedDataKey.AwsKmsProviderId => await UnwrapByKmsAsync(encryptedDataKey, header, context, cancellationToken).ConfigureAwait(false),
            _ => null,
        };
    }

    private async ValueTask<bool> MayGoOnAsync(CancellationToken cancellationToken)
    {
        TenantKeyState state = await _leases.StateAsync(Tenant!.TenantId, cancellationToken).ConfigureAwait(false);
        return state.Tenant.Epoch <= Volatile.Read(ref _epoch)
            && (_asked is not { } asked || state.RefusalsOf(asked.ProviderId) == asked.Refusals)
            && (_lease is { IsLive: true } || _term is { IsOver: false });
    }

    // To name a tenant helps nobody who did: the pair may be authenticated without being stored, or the key is not a tenant's at all.
    private static TenantEncryptionException NamesNoTenant(string detail, string contextKey, string tenantId) => new(
        ErrorCodes.WrongTenant,
        detail,
        remedy: $"If its writer bound it to the tenant without storing that, give the pair (UnprotectOptions.EncryptionContext: {contextKey} = '{tenantId}'); "
            + "else give the key that wrapped it (UnprotectOptions.Keyring).");

    // A pair that the header stores, too, is compared by the reader; here the whole context is what matters.
    private EncryptionContext WithRequired(EncryptionContext stored) => _options.EncryptionContext is { } required
        ? stored.With(new EncryptionContext(required.Where(pair => !stored.ContainsKey(pair.Key))))
        : stored;

    private async Task<EncryptionTenant?> FindNamedAsync(EncryptionContext context)
    {
        EncryptionTenant? found = null;
        foreach (string named in _contextKeys.Named(context))
        {
            EncryptionTenant? tenant = await _leases.FindTenantAsync(named, CancellationToken.None).ConfigureAwait(false);
            if (tenant is not null && TenantContext.Names(context, tenant))
            {
                found = found is null
                    ? tenant
                    : throw new TenantEncryptionException(ErrorCodes.WrongTenant, $"The message names the tenants '{found.TenantId}' and '{named}'.");
            }
        }

        return found;
    }

    private async Task<SecretBytes?> UnwrapByKekAsync(
        string kekId, EncryptedDataKey encryptedDataKey, MessageHeader header, EncryptionContext context, CancellationToken cancellationToken)
    {
        // The lease may end between finding and using it; then it is asked for again.
        for (int attempt = 0; attempt < 3; attempt++)
        {
            try
            {
                await LeaseAsync(kekId, _allowance, cancellationToken).ConfigureAwait(false);
            }
            catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.WrongKey && header.EncryptedDataKeys.Count > 1)
            {
                return null; // Another copy of the data key may open.
            }

            SecretBytes? dataKey = _lease!.Unwrap(encryptedDataKey, header.Suite.KeyLength, context, out bool live);
            if (live)
            {
                _askAgain = token => LeaseAsync(kekId, new KmsAllowance(), token);
                OpenedByKek = dataKey is null ? null : kekId;
                return dataKey;
            }
        }

        throw new TenantEncryptionException(ErrorCodes.LeaseLost);
    }

    private async Task LeaseAsync(string kekId, KmsAllowance allowance, CancellationToken cancellationToken)
    {
        ReturnLease();
        KeyLease lease = await _leases.LeaseAsync(_operation, Tenant!.TenantId, kekId, allowance, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _epoch, lease.Epoch);
        _term = lease.IsLive ? null : new LeaseTerm(_time, RecheckOfZeroLease);
        _lease = lease;
    }

    private async Task<SecretBytes?> UnwrapByKmsAsync(
        EncryptedDataKey encryptedDataKey, MessageHeader header, EncryptionContext context, CancellationToken cancellationToken)
    {
        KeyProvider? provider = await FindProviderAsync(encryptedDataKey, cancellationToken).ConfigureAwait(false);
        if (provider is null)
        {
            return null;
        }

        if ((await _leases.StateAsync(Tenant!.TenantId, cancellationToken).ConfigureAwait(false)).HasSecondLayer)
        {
            // Who can use the master key alone could else write messages that read as the tenant's with the internal KMS's part shut.
            return header.EncryptedDataKeys.Count > 1
                ? null
                : throw new TenantEncryptionException(
                    ErrorCodes.WrongKey,
                    $"The message's data key is wrapped by a master key alone, and tenant '{Tenant!.TenantId}' has a second layer: no such message is one of its own.",
                    remedy: "Treat the message as forged, unless you know who wrote it; then have it written under the tenant.")
                { KeyArn = provider.KeyArn };
        }

        try
        {
            SecretBytes dataKey = await DecryptAsync(provider, encryptedDataKey, context, _allowance, cancellationToken).ConfigureAwait(false);
            if (dataKey.Length != header.Suite.KeyLength)
            {
                dataKey.Dispose();
                return null;
            }

            _askAgain = token => AskKmsAgainAsync(encryptedDataKey, context, token);
            OpenedByProvider = provider.Id;
            return dataKey;
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.WrongKey)
        {
            return null; // It did not unwrap: the next one is tried.
        }
    }

    private async Task AskKmsAgainAsync(EncryptedDataKey encryptedDataKey, EncryptionContext context, CancellationToken cancellationToken)
    {
        KeyProvider provider = await FindProviderAsync(encryptedDataKey, cancellationToken).ConfigureAwait(false)
            ?? throw new TenantEncryptionException(ErrorCodes.LeaseLost, "The key provider of the message was removed while it was read.");
        (await DecryptAsync(provider, encryptedDataKey, context, new KmsAllowance(), cancellationToken).ConfigureAwait(false)).Dispose();
    }

    private async Task<SecretBytes> DecryptAsync(
        KeyProvider provider,
        EncryptedDataKey encryptedDataKey,
        EncryptionContext context,
        KmsAllowance allowance,
        CancellationToken cancellationToken)
    {
        TenantKeyState state = await _leases.StateAsync(Tenant!.TenantId, cancellationToken).ConfigureAwait(false);
        KmsPlaintext opened = await _leases.KmsFor(_operation, provider, allowance).DecryptAsync(
            provider.Connection, provider.KeyArn!, encryptedDataKey.Ciphertext, context, cancellationToken).ConfigureAwait(false);
        TimeSpan duration = _leases.DurationFor(state.Tenant);
        Volatile.Write(ref _epoch, state.Tenant.Epoch);
        _asked = (provider.Id, state.RefusalsOf(provider.Id));
        _term = new LeaseTerm(_time, duration > TimeSpan.Zero ? duration : RecheckOfZeroLease);
        return opened.Plaintext;
    }

    private async Task<KeyProvider?> FindProviderAsync(EncryptedDataKey encryptedDataKey, CancellationToken cancellationToken)
    {
        if (!KeyIdentifier.TryParse(Encoding.UTF8.GetString(encryptedDataKey.ProviderInfo.Span), out KeyIdentifier? named, out _)
            || named.Form != KeyIdentifierForm.KeyArn)
        {
            return null;
        }

        IReadOnlyList<KeyProvider> providers = await _work.ReadAsync(
            transaction => transaction.Providers.ListAsync(new KeyProviderFilter { TenantId = Tenant!.TenantId, Type = KeyProviderType.AwsKms }),
            cancellationToken).ConfigureAwait(false);
        KeyProvider? provider = providers
            .Where(one => named.IsRelatedTo(KeyIdentifier.Parse(one.KeyArn!)))
            .OrderByDescending(one => one.Status is KeyProviderStatus.Active or KeyProviderStatus.Archived)
            .ThenByDescending(one => one.KeyArn == named.ToString())
            .FirstOrDefault();
        return provider switch
        {
            null => null,
            { Status: KeyProviderStatus.Active or KeyProviderStatus.Archived } => provider,
            { Status: KeyProviderStatus.Deactivated } => throw new TenantEncryptionException(
                ErrorCodes.ProviderDeactivated, $"The key provider '{provider.Name}' of tenant '{provider.TenantId}' is Deactivated.")
            { KeyArn = provider.KeyArn },
            _ => null,
        };
    }

    private void ReturnLease()
    {
        if (_lease is not null)
        {
            _leases.Return(_lease);
            _lease = null;
        }
    }
}
