using Amazon.S3;
using TenantEncryption.Aws.Endpoints;
using TenantEncryption.Aws.Translation;
using TenantEncryption.Errors;
using TenantEncryption.S3.Endpoints;
using TenantEncryption.S3.Translation;

namespace TenantEncryption.S3.Calls;

/// <summary>The one way by which a call goes to S3: region, endpoint and identity, and every failure translated. Thread-safe.</summary>
internal sealed class S3Exchange : IDisposable
{
    private readonly S3Options _options;
    private readonly Transport _transport;
    private readonly Transport _sts;
    private readonly Lock _gate = new();
    private S3Client? _client;
    private volatile bool _disposed;

    public S3Exchange(S3Options options)
    {
        options.Validate();
        _options = options;
        _transport = new Transport(options.Calls, handler => new AnswerGuard(handler));
        _sts = new Transport(options.Calls);
    }

    /// <summary>Makes a call, and lets what the SDK throws pass: for those who look at it first.</summary>
    /// <param name="operation">The operation, such as <c>s3:PutObject</c>.</param>
    /// <param name="send">Sends the request and reads the answer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The answer.</returns>
    public async Task<T> TryAsync<T>(string operation, Func<IAmazonS3, Task<T>> send, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        S3Client client = Client();
        await client.Identity.EnsureAsync(new CallSite(operation, null, client.Region), cancellationToken).ConfigureAwait(false);
        return await send(client.Calls).ConfigureAwait(false);
    }

    /// <summary>Makes a call.</summary>
    /// <param name="operation">The operation, such as <c>s3:PutObject</c>.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object's key; <see langword="null"/> for a call that names none.</param>
    /// <param name="send">Sends the request and reads the answer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="TenantEncryptionException">It failed.</exception>
    public async Task<T> SendAsync<T>(string operation, string bucket, string? key, Func<IAmazonS3, Task<T>> send, CancellationToken cancellationToken)
    {
        try
        {
            return await TryAsync(operation, send, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not ObjectDisposedException)
        {
            throw Translate(exception, operation, bucket, key, cancellationToken);
        }
    }

    /// <summary>Translates what a call threw.</summary>
    /// <param name="exception">What it threw.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object's key.</param>
    /// <param name="cancellationToken">The call's; what was cancelled is no failure.</param>
    /// <returns>The error to throw.</returns>
    public TenantEncryptionException Translate(Exception exception, string operation, string bucket, string? key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed, this);
        TenantEncryptionException error = S3Errors.Of(exception, new CallSite(operation, null, _client?.Region ?? "?"), bucket, key);
        if (error.Code == ErrorCodes.CredentialsInvalid)
        {
            Forget();
        }

        return error;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _client?.Dispose();
            _transport.Dispose();
            _sts.Dispose();
            _options.SessionCredentials?.Dispose();
        }
    }

    private S3Client Client()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _client ??= S3Client.Create(_options, _transport, _sts);
        }
    }

    // The next call reads the profile again. It is not disposed: other calls may be under way on it.
    private void Forget()
    {
        lock (_gate)
        {
            _client = null;
        }
    }
}
