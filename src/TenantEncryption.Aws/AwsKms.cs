using System.Security.Cryptography;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using TenantEncryption.Aws.Calls;
using TenantEncryption.Keys;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws;

/// <summary>
/// AWS KMS through the AWS SDK: one client per region and identity, the SDK's standard retry mode with bounded tries, and every
/// failure as a <see cref="TenantEncryptionException"/> with operation, key, region and request id.
/// <list type="bullet">
/// <item>Credentials: the connection's profile (SSO too), else the session's, else the SDK's default chain; then the connection's
/// role.</item>
/// <item>Endpoint: the connection's, else the AWS configuration's (AWS_ENDPOINT_URL_KMS), else AWS's, FIPS ones as the connection has it, else in AWS GovCloud (US).
/// Plain http is accepted for this machine only.</item>
/// <item>A cancelled token surfaces as <see cref="OperationCanceledException"/>; running out of time is <c>KMS_UNREACHABLE</c>.</item>
/// </list>
/// Thread-safe.
/// </summary>
public sealed class AwsKms : IKms
{
    private const int DataKeyLength = 32;

    private readonly KmsExchange _exchange;

    /// <summary>Makes it; nothing is called or read until the first operation.</summary>
    /// <param name="options">Tries, time limits and session credentials; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range.</exception>
    public AwsKms(AwsKmsOptions? options = null)
    {
        _exchange = new KmsExchange(options ?? new AwsKmsOptions());
        Administration = new AwsKmsAdministration(_exchange);
    }

    /// <inheritdoc/>
    public IKmsAdministration Administration { get; }

    /// <inheritdoc/>
    public Task<KmsKeyDescription> DescribeKeyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        _exchange.SendAsync(connection, keyId, "kms:DescribeKey", KeyFacts.AskAsync, cancellationToken);

    /// <inheritdoc/>
    public Task<KmsDataKey> GenerateDataKeyAsync(
        KmsConnection connection,
        string keyId,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        _exchange.SendAsync(
            connection,
            keyId,
            "kms:GenerateDataKey",
            async call =>
            {
                var request = new GenerateDataKeyRequest
                {
                    KeyId = keyId,
                    KeySpec = DataKeySpec.AES_256,
                    EncryptionContext = KmsRequest.Pairs(encryptionContext),
                };
                GenerateDataKeyResponse answer = await call.Client.GenerateDataKeyAsync(request, call.Cancellation).ConfigureAwait(false);
                SecretBytes plaintext = call.Plaintext(answer.Plaintext, answer);
                try
                {
                    if (plaintext.Length != DataKeyLength)
                    {
                        throw call.Incomplete(answer, $"a data key of {plaintext.Length} bytes instead of {DataKeyLength}");
                    }

                    string answered = call.AnsweredKey(answer.KeyId, answer);
                    return new KmsDataKey(answered, plaintext, call.Blob(answer.CiphertextBlob, answer), KmsRequest.IdOf(answer));
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
        _exchange.SendAsync(
            connection,
            keyId,
            "kms:GenerateDataKeyWithoutPlaintext",
            async call =>
            {
                var request = new GenerateDataKeyWithoutPlaintextRequest
                {
                    KeyId = keyId,
                    KeySpec = DataKeySpec.AES_256,
                    EncryptionContext = KmsRequest.Pairs(encryptionContext),
                };
                GenerateDataKeyWithoutPlaintextResponse answer =
                    await call.Client.GenerateDataKeyWithoutPlaintextAsync(request, call.Cancellation).ConfigureAwait(false);
                return call.Ciphertext(answer.KeyId, answer.CiphertextBlob, answer);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsCiphertext> EncryptAsync(
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> plaintext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        _exchange.SendAsync(
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
                    var request = new EncryptRequest { KeyId = keyId, Plaintext = stream, EncryptionContext = KmsRequest.Pairs(encryptionContext) };
                    EncryptResponse answer = await call.Client.EncryptAsync(request, call.Cancellation).ConfigureAwait(false);
                    return call.Ciphertext(answer.KeyId, answer.CiphertextBlob, answer);
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
        _exchange.SendAsync(
            connection,
            keyId,
            "kms:Decrypt",
            async call =>
            {
                using var stream = new MemoryStream(ciphertext.ToArray(), writable: false);
                var request = new DecryptRequest { KeyId = keyId, CiphertextBlob = stream, EncryptionContext = KmsRequest.Pairs(encryptionContext) };
                DecryptResponse answer = await call.Client.DecryptAsync(request, call.Cancellation).ConfigureAwait(false);
                SecretBytes plaintext = call.Plaintext(answer.Plaintext, answer);
                try
                {
                    return new KmsPlaintext(call.AnsweredKey(answer.KeyId, answer), plaintext, KmsRequest.IdOf(answer));
                }
                catch
                {
                    plaintext.Dispose();
                    throw;
                }
            },
            cancellationToken);

    /// <summary>Disposes the clients and zeroes the session's credentials. Calls that are under way fail.</summary>
    public void Dispose() => _exchange.Dispose();
}
