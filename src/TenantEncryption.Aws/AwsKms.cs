using System.Security.Cryptography;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using TenantEncryption.Aws.Endpoints;
using TenantEncryption.Aws.Translation;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws;

/// <summary>
/// AWS KMS through the AWS SDK: one client per region and identity, the SDK's standard retry mode with bounded tries, and every
/// failure as a <see cref="TenantEncryptionException"/> with operation, key, region and request id.
/// <list type="bullet">
/// <item>Credentials: the connection's profile (SSO too), else the session's, else the SDK's default chain; then the connection's
/// role.</item>
/// <item>Endpoint: the connection's, else the AWS configuration's (AWS_ENDPOINT_URL_KMS), else AWS's, with FIPS in AWS GovCloud (US).
/// Plain http is accepted for this machine only.</item>
/// <item>A cancelled token surfaces as <see cref="OperationCanceledException"/>; running out of time is <c>KMS_UNREACHABLE</c>.</item>
/// </list>
/// Thread-safe.
/// </summary>
public sealed class AwsKms : IKms
{
    private const int DataKeyLength = 32;

    private readonly AwsKmsOptions _options;
    private readonly KmsClients _clients;
    private volatile bool _disposed;

    /// <summary>Makes it; nothing is called or read until the first operation.</summary>
    /// <param name="options">Tries, time limits and session credentials; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range.</exception>
    public AwsKms(AwsKmsOptions? options = null)
    {
        _options = options ?? new AwsKmsOptions();
        _options.Validate();
        _clients = new KmsClients(_options);
    }

    /// <inheritdoc/>
    public Task<KmsKeyDescription> DescribeKeyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        CallAsync(connection, keyId, "kms:DescribeKey", DescribeAsync, cancellationToken);

    /// <inheritdoc/>
    public Task<KmsDataKey> GenerateDataKeyAsync(
        KmsConnection connection,
        string keyId,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        CallAsync(
            connection,
            keyId,
            "kms:GenerateDataKey",
            async call =>
            {
                var request = new GenerateDataKeyRequest
                {
                    KeyId = keyId,
                    KeySpec = DataKeySpec.AES_256,
                    EncryptionContext = Pairs(encryptionContext),
                };
                GenerateDataKeyResponse answer = await call.Client.GenerateDataKeyAsync(request, call.Cancellation).ConfigureAwait(false);
                SecretBytes plaintext = Plaintext(answer.Plaintext, answer, call);
                try
                {
                    if (plaintext.Length != DataKeyLength)
                    {
                        throw Incomplete(call, answer, $"a data key of {plaintext.Length} bytes instead of {DataKeyLength}");
                    }

                    string answered = AnsweredKey(answer.KeyId, answer, call);
                    return new KmsDataKey(answered, plaintext, Blob(answer.CiphertextBlob, answer, call), RequestId(answer));
                }
                catch
                {
                    plaintext.Dispose();
                    throw;
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsCiphertext> GenerateDataKeyWithoutPlaintextAsync(
        KmsConnection connection,
        string keyId,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        CallAsync(
            connection,
            keyId,
            "kms:GenerateDataKeyWithoutPlaintext",
            async call =>
            {
                var request = new GenerateDataKeyWithoutPlaintextRequest
                {
                    KeyId = keyId,
                    KeySpec = DataKeySpec.AES_256,
                    EncryptionContext = Pairs(encryptionContext),
                };
                GenerateDataKeyWithoutPlaintextResponse answer =
                    await call.Client.GenerateDataKeyWithoutPlaintextAsync(request, call.Cancellation).ConfigureAwait(false);
                return Ciphertext(answer.KeyId, answer.CiphertextBlob, answer, call);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsCiphertext> EncryptAsync(
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> plaintext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        CallAsync(
            connection,
            keyId,
            "kms:Encrypt",
            async call =>
            {
                byte[] copy = GC.AllocateUninitializedArray<byte>(plaintext.Length, pinned: true);
                plaintext.CopyTo(copy);
                try
                {
                    using var stream = new MemoryStream(copy, writable: false);
                    var request = new EncryptRequest { KeyId = keyId, Plaintext = stream, EncryptionContext = Pairs(encryptionContext) };
                    EncryptResponse answer = await call.Client.EncryptAsync(request, call.Cancellation).ConfigureAwait(false);
                    return Ciphertext(answer.KeyId, answer.CiphertextBlob, answer, call);
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(copy);
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsPlaintext> DecryptAsync(
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> ciphertext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        CallAsync(
            connection,
            keyId,
            "kms:Decrypt",
            async call =>
            {
                using var stream = new MemoryStream(ciphertext.ToArray(), writable: false);
                var request = new DecryptRequest { KeyId = keyId, CiphertextBlob = stream, EncryptionContext = Pairs(encryptionContext) };
                DecryptResponse answer = await call.Client.DecryptAsync(request, call.Cancellation).ConfigureAwait(false);
                SecretBytes plaintext = Plaintext(answer.Plaintext, answer, call);
                try
                {
                    return new KmsPlaintext(AnsweredKey(answer.KeyId, answer, call), plaintext, RequestId(answer));
                }
                catch
                {
                    plaintext.Dispose();
                    throw;
                }
            },
            cancellationToken);

    /// <summary>Disposes the clients and zeroes the session's credentials. Calls that are under way fail.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _clients.Dispose();
            _options.SessionCredentials?.Dispose();
        }
    }

    private static async Task<KmsKeyDescription> DescribeAsync(Call call)
    {
        var request = new DescribeKeyRequest { KeyId = call.Site.KeyId };
        DescribeKeyResponse answer = await call.Client.DescribeKeyAsync(request, call.Cancellation).ConfigureAwait(false);
        KeyMetadata key = answer.KeyMetadata ?? throw Incomplete(call, answer, "no key");
        string arn = AnsweredKey(key.Arn, answer, call);
        string spec = key.KeySpec?.Value ?? throw Incomplete(call, answer, "no key spec");
        MultiRegionConfiguration? regions = key.MultiRegionConfiguration;
        IEnumerable<MultiRegionKey?> relatives = [regions?.PrimaryKey, .. regions?.ReplicaKeys ?? []];
        return new KmsKeyDescription
        {
            KeyArn = arn,
            KeyState = key.KeyState?.Value ?? throw Incomplete(call, answer, "no key state"),
            KeyUsage = key.KeyUsage?.Value ?? UsageOf(spec) ?? throw Incomplete(call, answer, "no key usage"),
            KeySpec = spec,
            KeyManager = key.KeyManager?.Value ?? throw Incomplete(call, answer, "no key manager"),
            Origin = key.Origin?.Value ?? throw Incomplete(call, answer, "no origin"),
            MultiRegion = key.MultiRegion ?? false,
            RelatedKeyArns = [.. relatives.Select(relative => relative?.Arn).OfType<string>().Where(other => other != arn).Distinct()],
            DeletionDate = key.DeletionDate is { } date ? new DateTimeOffset(date.ToUniversalTime()) : null,
            RequestId = RequestId(answer),
        };
    }

    /// <summary>A symmetric key has no other usage (API reference, CreateKey); endpoints that are not AWS's may leave it out.</summary>
    private static string? UsageOf(string spec) => spec == "SYMMETRIC_DEFAULT" ? "ENCRYPT_DECRYPT" : null;

    private async Task<T> CallAsync<T>(
        KmsConnection connection, string keyId, string operation, Func<Call, Task<T>> send, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();

        var key = KeyIdentifier.Parse(keyId);
        if (connection.EndpointUrl is { } endpointUrl)
        {
            EndpointUrl.Parse(endpointUrl, "-EndpointUrl");
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
            return await send(new Call(entry.Client, key, site, deadline.Token)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_disposed, this);
            KeyMetadata? described = KmsErrors.NeedsDescription(exception)
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

    /// <summary>Refuses an answer that names another key than the one asked for.</summary>
    private static string AnsweredKey(string? answered, AmazonWebServiceResponse answer, Call call)
    {
        if (answered is null || !KeyIdentifier.TryParse(answered, out KeyIdentifier? key, out _) || key.Form != KeyIdentifierForm.KeyArn)
        {
            throw Incomplete(call, answer, "no key ARN");
        }

        bool fits = call.Key.Form switch
        {
            KeyIdentifierForm.KeyArn => key.IsRelatedTo(call.Key),
            KeyIdentifierForm.KeyId => key.KeyId == call.Key.KeyId,
            KeyIdentifierForm.AliasArn =>
                (key.Partition, key.Region, key.AccountId) == (call.Key.Partition, call.Key.Region, call.Key.AccountId),
            _ => true,
        };
        return fits
            ? answered
            : throw call.Site.Error(ErrorCodes.WrongKey, $"AWS KMS answered with another key, '{answered}'.", null, RequestId(answer));
    }

    private static SecretBytes Plaintext(MemoryStream? stream, AmazonWebServiceResponse answer, Call call) =>
        stream is { Length: > 0 } ? PlaintextBuffer.Take(stream) : throw Incomplete(call, answer, "no plaintext");

    private static KmsCiphertext Ciphertext(
        string? keyId, MemoryStream? blob, AmazonWebServiceResponse answer, Call call) =>
        new(AnsweredKey(keyId, answer, call), Blob(blob, answer, call), RequestId(answer));

    private static byte[] Blob(MemoryStream? stream, AmazonWebServiceResponse answer, Call call) =>
        stream is { Length: > 0 } ? stream.ToArray() : throw Incomplete(call, answer, "no ciphertext");

    private static TenantEncryptionException Incomplete(Call call, AmazonWebServiceResponse answer, string lack) =>
        call.Site.Error(ErrorCodes.Unknown, $"The answer of {call.Site.Operation} has {lack}.", null, RequestId(answer));

    private static string? RequestId(AmazonWebServiceResponse answer) => answer.ResponseMetadata?.RequestId;

    private static Dictionary<string, string>? Pairs(IReadOnlyDictionary<string, string> encryptionContext) =>
        encryptionContext.Count == 0 ? null : new Dictionary<string, string>(encryptionContext, StringComparer.Ordinal);

    /// <summary>One operation under way.</summary>
    private sealed record Call(IAmazonKeyManagementService Client, KeyIdentifier Key, CallSite Site, CancellationToken Cancellation);
}
