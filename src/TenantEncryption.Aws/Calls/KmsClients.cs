using System.Collections.Concurrent;
using Amazon.KeyManagementService;
using Amazon.SecurityToken;
using TenantEncryption.Aws.Credentials;
using TenantEncryption.Aws.Endpoints;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Calls;

/// <summary>One SDK client for each region and identity, made at its first use and kept.</summary>
internal sealed class KmsClients(AwsKmsOptions options) : IDisposable
{
    private readonly ConcurrentDictionary<KmsConnection, Lazy<Entry>> _entries = new();
    private readonly Transport _transport = new(options);

    /// <summary>The client of a connection whose region is resolved.</summary>
    public Entry Get(KmsConnection connection, string region)
    {
        KmsConnection key = connection with { Region = region };
        Lazy<Entry> entry = _entries.GetOrAdd(key, absent => new Lazy<Entry>(() => Create(absent, region)));
        try
        {
            return entry.Value;
        }
        catch
        {
            // A failure is not kept: a profile may be there the next time.
            _entries.TryRemove(KeyValuePair.Create(key, entry));
            throw;
        }
    }

    /// <summary>
    /// Drops a client whose credentials were refused, so that the next call reads the profile again. It is not disposed: other calls
    /// may be under way on it.
    /// </summary>
    public void Forget(KmsConnection connection, string region) => _entries.TryRemove(connection with { Region = region }, out _);

    public void Dispose()
    {
        foreach (Lazy<Entry> entry in _entries.Values.Where(entry => entry.IsValueCreated))
        {
            entry.Value.Client.Dispose();
            if (entry.Value.Once.IsValueCreated)
            {
                entry.Value.Once.Value.Dispose();
            }

            entry.Value.Identity.Dispose();
        }

        _entries.Clear();
        _transport.Dispose();
    }

    private Entry Create(KmsConnection connection, string region)
    {
        AmazonKeyManagementServiceConfig settings = ClientSettings.ForKms(connection, region, options, _transport);
        CallerIdentity identity = CallerIdentity.Create(connection, region, options, _transport);
        return new Entry(
            new AmazonKeyManagementServiceClient(identity.Credentials, settings),
            new Lazy<IAmazonKeyManagementService>(() => new AmazonKeyManagementServiceClient(
                identity.Credentials, ClientSettings.ForKms(connection, region, options with { MaxAttempts = 1 }, _transport))),
            identity,
            () => new AmazonSecurityTokenServiceClient(identity.Credentials, ClientSettings.ForCaller(connection, region, options, _transport)));
    }

    /// <summary>A client and as whom it calls.</summary>
    /// <param name="Client">The client.</param>
    /// <param name="Once">A client that tries once, for what must not happen twice.</param>
    /// <param name="Identity">As whom it calls.</param>
    /// <param name="OpenSts">Makes a client of STS for the same caller.</param>
    internal sealed record Entry(
        IAmazonKeyManagementService Client,
        Lazy<IAmazonKeyManagementService> Once,
        CallerIdentity Identity,
        Func<IAmazonSecurityTokenService> OpenSts);
}
