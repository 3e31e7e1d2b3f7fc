using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using TenantEncryption.Aws.Endpoints;
using TenantEncryption.Aws.Translation;
using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Calls;

/// <summary>
/// The one way by which a call goes to AWS KMS: region, endpoint and identity of the connection, a time limit, and every failure
/// translated.
/// </summary>
internal sealed class KmsExchange : IDisposable
{
    private readonly AwsKmsOptions _options;
    private readonly KmsClients _clients;
    private volatile bool _disposed;

    public KmsExchange(AwsKmsOptions options)
    {
        options.Validate();
        _options = options;
        _clients = new KmsClients(options);
    }

    /// <summary>Makes a call.</summary>
    /// <param name="connection">Where and as whom to call.</param>
    /// <param name="keyId">The key, in any form; <see langword="null"/> for a call that names none.</param>
    /// <param name="operation">The operation, such as <c>kms:Decrypt</c>.</param>
    /// <param name="send">Sends the request and reads the answer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<T> SendAsync<T>(
        KmsConnection connection, string? keyId, string operation, Func<KmsRequest, Task<T>> send, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();

        KeyIdentifier? key = keyId is null ? null : KeyIdentifier.Parse(keyId);
        if (connection.EndpointUrl is { } endpointUrl)
        {
            EndpointUrl.Parse(endpointUrl, "KmsConnection.EndpointUrl");
        }

        string region = CallRegion.Resolve(connection, key);
        var site = new CallSite(operation, keyId, region);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.Timeout);
        KmsClients.Entry? entry = null;
        try
        {
            entry = _clients.Get(connection, region);
            await entry.Identity.EnsureAsync(site, deadline.Token).ConfigureAwait(false);
            return await send(new KmsRequest(entry, key, site, deadline.Token)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_disposed, this);
            KeyMetadata? described = keyId is not null && KmsErrors.NeedsDescription(exception)
                ? await TryDescribeAsync(entry!.Client, keyId, deadline.Token).ConfigureAwait(false)
                : null;
            cancellationToken.ThrowIfCancellationRequested();
            TenantEncryptionException error = KmsErrors.Of(exception, site, described);
            if (error.Code == ErrorCodes.CredentialsInvalid)
            {
                _clients.Forget(connection, region);
            }

            throw error;
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _clients.Dispose();
            _options.SessionCredentials?.Dispose();
        }
    }

    /// <summary>The key's facts for an error, as far as KMS tells them; a failure here must not hide the first one.</summary>
    private static async Task<KeyMetadata?> TryDescribeAsync(
        IAmazonKeyManagementService client, string keyId, CancellationToken cancellationToken)
    {
        try
        {
            DescribeKeyResponse answer =
                await client.DescribeKeyAsync(new DescribeKeyRequest { KeyId = keyId }, cancellationToken).ConfigureAwait(false);
            return answer.KeyMetadata;
        }
        catch (Exception exception) when (exception is not ObjectDisposedException)
        {
            return null;
        }
    }
}
