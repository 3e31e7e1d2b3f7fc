using System.Diagnostics.CodeAnalysis;
using TenantEncryption.Envelope;
using TenantEncryption.Providers;
using TenantEncryption.Telemetry;

namespace TenantEncryption.Keys;

/// <summary>
/// A plaintext key-encryption key in memory, for a time that begins with KMS's answer, is never extended by use, and ends at the earlier
/// of a monotonic and a wall-clock deadline, or when the tenant's epoch moves on. The key is zeroed when the lease has ended and its last
/// use is over.
/// </summary>
internal sealed class KeyLease
{
    private readonly SharedAead _key;
    private readonly string _providerType;
    private readonly LeaseTerm _term;
    private readonly object _gate = new();
    private int _uses;
    private volatile bool _ended;

    /// <summary>Takes over a key that KMS just gave.</summary>
    public KeyLease(string tenantId, string kekId, KeyProvider provider, long epoch, SharedAead key, TimeSpan duration, TimeProvider time)
    {
        TenantId = tenantId;
        KekId = kekId;
        ProviderId = provider.Id;
        Epoch = epoch;
        _key = key;
        _term = new LeaseTerm(time, duration);
        _providerType = provider.Type.ToString();
        NeedsRoot = RootPart.Of(provider);
        LeaseTelemetry.Taken(_providerType);
    }

    /// <summary>The tenant whose key it is; it neither wraps nor unwraps for another.</summary>
    public string TenantId { get; }

    /// <summary>The key's id.</summary>
    public string KekId { get; }

    /// <summary>The provider that opened it.</summary>
    public string ProviderId { get; }

    /// <summary>Whether the root key had a part in opening it.</summary>
    public bool NeedsRoot { get; }

    /// <summary>The tenant's epoch when it was opened.</summary>
    public long Epoch { get; }

    /// <summary>Whether the time is not over and nobody ended it.</summary>
    public bool IsLive => !_ended && !_term.IsOver;

    /// <summary>Wraps a data key; only for a live lease.</summary>
    /// <returns>Whether it was wrapped; <see langword="false"/> when the lease is over.</returns>
    public bool TryWrap(ReadOnlySpan<byte> dataKey, EncryptionContext context, [NotNullWhen(true)] out EncryptedDataKey? wrapped)
    {
        wrapped = null;
        if (!TryBeginUse())
        {
            return false;
        }

        try
        {
            wrapped = RawAesKeyWrap.Wrap(_key, RawAesKeyWrap.TenantEncryptionProviderId, KekId, dataKey, context);
            return true;
        }
        finally
        {
            EndUse();
        }
    }

    /// <summary>Unwraps a data key.</summary>
    /// <returns>The data key; <see langword="null"/> when it does not unwrap or the lease is over (<paramref name="live"/> tells).</returns>
    public SecretBytes? Unwrap(EncryptedDataKey wrapped, int keyLength, EncryptionContext context, out bool live)
    {
        live = TryBeginUse();
        if (!live)
        {
            return null;
        }

        var dataKey = new SecretBytes(keyLength);
        try
        {
            if (RawAesKeyWrap.Names(wrapped, RawAesKeyWrap.TenantEncryptionProviderId, KekId)
                && RawAesKeyWrap.TryUnwrap(_key, wrapped, context, dataKey.Span))
            {
                return dataKey;
            }

            dataKey.Dispose();
            return null;
        }
        finally
        {
            EndUse();
        }
    }

    /// <summary>Ends the lease; the key is zeroed at once, or when the use under way is over.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _ended = true;
                LeaseTelemetry.Ended(_providerType);
            }

            ZeroIfOver();
        }
    }

    // A lease of zero serves the operation that asked for it: its first use counts as within time.
    private bool TryBeginUse()
    {
        lock (_gate)
        {
            if (_ended)
            {
                return false;
            }

            _uses++;
            return true;
        }
    }

    private void EndUse()
    {
        lock (_gate)
        {
            _uses--;
            ZeroIfOver();
        }
    }

    private void ZeroIfOver()
    {
        if (_ended && _uses == 0)
        {
            _key.Dispose();
        }
    }
}
