using System.Collections.Concurrent;
using TenantEncryption.S3.Bodies;
using TenantEncryption.S3.Calls;
using TenantEncryption.Spaces;

namespace TenantEncryption.S3;

/// <summary>
/// Amazon S3, or an object store that speaks its protocol and minds the conditions of writes; one that does not is <c>SPACE_UNSUITABLE</c>.
/// <list type="bullet">
/// <item>Credentials: the profile (SSO too), else the session's, else the SDK's default chain; then the role.</item>
/// <item>Endpoint: the options', else the AWS configuration's (AWS_ENDPOINT_URL_S3), else AWS's, FIPS ones in AWS GovCloud (US). Plain http is accepted for this
/// machine only.</item>
/// <item>Messages up to 64 MiB are put by one call, larger ones in parts; at most 64 MiB of messages are held at once, however many are written.</item>
/// </list>
/// Thread-safe.
/// </summary>
public sealed class S3ObjectStore : IObjectStore
{
    private const long HeldAtOnce = 64 << 20;

    private readonly S3Exchange _exchange;
    private readonly TimeSpan _stall;
    private readonly ByteBudget _budget = new(HeldAtOnce);
    private readonly ConcurrentDictionary<string, S3Bucket> _buckets = new(StringComparer.Ordinal);

    /// <summary>Makes it; nothing is called or read until the first operation.</summary>
    /// <param name="options">Where, as whom, tries and time limits; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range.</exception>
    public S3ObjectStore(S3Options? options = null)
    {
        options ??= new S3Options();
        (_exchange, _stall) = (new S3Exchange(options), options.StallTimeout);
    }

    /// <inheritdoc/>
    IBucket IObjectStore.Open(string name) => _buckets.GetOrAdd(name, static (one, store) => new S3Bucket(store._exchange, one, store._budget, store._stall), this);

    /// <summary>Disposes the clients and zeroes the session's credentials. Calls that are under way fail.</summary>
    public void Dispose()
    {
        _exchange.Dispose();
        foreach (S3Bucket bucket in _buckets.Values)
        {
            bucket.Dispose();
        }
    }
}
