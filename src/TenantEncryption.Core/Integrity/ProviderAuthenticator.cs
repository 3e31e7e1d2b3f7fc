using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Stores;

namespace TenantEncryption.Integrity;

/// <summary>
/// Authenticates the registrations of key providers: <c>HMAC-SHA-256(HKDF(log key, "TenantEncryption provider v1"), fields)</c> over all that decides
/// whose key is asked, where, as whom, and in which state. A registration is authenticated before it leads to a KMS call, so who can
/// write the database can't have new keys made under a master key or at an endpoint of theirs.
/// </summary>
internal sealed class ProviderAuthenticator(LogKeys keys, IStore store)
{
    private static ReadOnlySpan<byte> Label => "TenantEncryption provider v1"u8;

    /// <summary>The provider with its authenticator.</summary>
    public async Task<KeyProvider> SignAsync(ISettingsTable settings, KeyProvider provider)
    {
        int keyId = await LogKeys.CurrentIdAsync(settings).ConfigureAwait(false);
        SecretBytes key = await keys.OpenAsync(settings, keyId).ConfigureAwait(false);
        return provider with { Authenticator = $"{keyId.ToString(CultureInfo.InvariantCulture)}:{Mac(key, provider)}" };
    }

    /// <summary>The provider with its authenticator, for a use that ends with the command.</summary>
    public async Task<KeyProvider> SignAsync(KeyProvider provider, CancellationToken cancellationToken)
    {
        IStoreTransaction transaction = await store.BeginAsync(StoreAccess.Read, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        return await SignAsync(transaction.Settings, provider).ConfigureAwait(false);
    }

    /// <summary>Refuses a provider whose registration was changed by something else.</summary>
    /// <exception cref="TenantEncryptionException"><c>PROVIDER_ALTERED</c>.</exception>
    public async ValueTask RequireAsync(KeyProvider provider, CancellationToken cancellationToken)
    {
        if (!await IsAuthenticAsync(provider, cancellationToken).ConfigureAwait(false))
        {
            throw new TenantEncryptionException(
                ErrorCodes.ProviderAltered, $"The registration of the key provider '{provider.Name}' ({provider.Id}) does not verify.")
            { KeyArn = provider.KeyArn };
        }
    }

    private static string Mac(SecretBytes logKey, KeyProvider provider)
    {
        using var key = new SecretBytes(32);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, logKey.Span, key.Span, salt: [], Label);
        LengthPrefixed fields = new LengthPrefixed()
            .Add(provider.Id).Add(provider.TenantId).Add(provider.Type.ToString()).Add(provider.Status.ToString())
            .Add(provider.KeyIdentifier ?? "").Add(provider.KeyArn ?? "").Add(provider.ContextValue ?? "")
            .Add(provider.SecondLayer ? "second layer" : "").Add(provider.ReplicaKeys).Add(provider.RefusedRegions)
            .Add(provider.Connection.Region ?? "").Add(provider.Connection.ProfileName ?? "").Add(provider.Connection.EndpointUrl ?? "")
            .Add(provider.Connection.RoleArn ?? "").Add(provider.Connection.ExternalId ?? "");
        foreach (ProviderGrant grant in provider.Grants)
        {
            fields.Add("grant").Add(grant.GrantId).Add(grant.KeyArn).Add(grant.TenantId).Add(grant.GranteePrincipal);
        }

        if (provider.Connection.FipsEndpoints is { } fips)
        {
            fields.Add("FIPS endpoints").Add(fips ? "yes" : "no");
        }

        foreach ((string name, IReadOnlyList<string> values) in provider.Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            fields.Add(name).Add(values);
        }

        return Convert.ToHexStringLower(HMACSHA256.HashData(key.Span, fields.Bytes));
    }

    private async ValueTask<bool> IsAuthenticAsync(KeyProvider provider, CancellationToken cancellationToken)
    {
        string[] parts = (provider.Authenticator ?? "").Split(':');
        if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int keyId))
        {
            return false;
        }

        SecretBytes? key = keys.FindOpened(keyId) ?? await FindAsync(keyId, cancellationToken).ConfigureAwait(false);
        return key is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Mac(key, provider)), Encoding.ASCII.GetBytes(parts[1]));
    }

    // A MAC under a key that the store does not have, or that does not open, is a MAC that does not verify.
    private async Task<SecretBytes?> FindAsync(int keyId, CancellationToken cancellationToken)
    {
        IStoreTransaction transaction = await store.BeginAsync(StoreAccess.Read, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        try
        {
            return await keys.OpenAsync(transaction.Settings, keyId).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code is ErrorCodes.EventLogAltered or ErrorCodes.WrongKey)
        {
            return null;
        }
    }
}
