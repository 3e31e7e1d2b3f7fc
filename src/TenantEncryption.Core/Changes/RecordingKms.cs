using System.Collections.Concurrent;
using TenantEncryption.Changes;
using TenantEncryption.Errors;

namespace TenantEncryption.Kms;

/// <summary>An <see cref="IKms"/> that keeps a record of every call, successful or not. It does not own the one it wraps.</summary>
internal sealed class RecordingKms : IKms
{
    private readonly ConcurrentQueue<KmsCall> _calls = new();
    private readonly IKms _inner;
    private readonly TimeProvider _time;
    private readonly Action<KmsCall>? _observer;

    /// <summary>Wraps a KMS.</summary>
    /// <param name="inner">The KMS.</param>
    /// <param name="time">The clock of the records.</param>
    /// <param name="observer">Is told of each call at once.</param>
    public RecordingKms(IKms inner, TimeProvider time, Action<KmsCall>? observer)
    {
        (_inner, _time, _observer) = (inner, time, observer);
        Administration = new RecordingKmsAdministration(inner, this);
    }

    /// <inheritdoc/>
    public IKmsAdministration Administration { get; }

    /// <summary>Takes the calls recorded since the last time.</summary>
    public IReadOnlyList<KmsCall> TakeCalls()
    {
        var taken = new List<KmsCall>();
        while (_calls.TryDequeue(out KmsCall? call))
        {
            taken.Add(call);
        }

        return taken;
    }

    /// <inheritdoc/>
    public Task<KmsKeyDescription> DescribeKeyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        RecordAsync("DescribeKey", connection, keyId, () => _inner.DescribeKeyAsync(connection, keyId, cancellationToken), answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsDataKey> GenerateDataKeyAsync(
        KmsConnection connection, string keyId, IReadOnlyDictionary<string, string> encryptionContext, CancellationToken cancellationToken) =>
        RecordAsync(
            "GenerateDataKey",
            connection,
            keyId,
            () => _inner.GenerateDataKeyAsync(connection, keyId, encryptionContext, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsCiphertext> GenerateDataKeyWithoutPlaintextAsync(
        KmsConnection connection, string keyId, IReadOnlyDictionary<string, string> encryptionContext, CancellationToken cancellationToken) =>
        RecordAsync(
            "GenerateDataKeyWithoutPlaintext",
            connection,
            keyId,
            () => _inner.GenerateDataKeyWithoutPlaintextAsync(connection, keyId, encryptionContext, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsCiphertext> EncryptAsync(
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> plaintext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        RecordAsync(
            "Encrypt",
            connection,
            keyId,
            () => _inner.EncryptAsync(connection, keyId, plaintext, encryptionContext, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsPlaintext> DecryptAsync(
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> ciphertext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        RecordAsync(
            "Decrypt",
            connection,
            keyId,
            () => _inner.DecryptAsync(connection, keyId, ciphertext, encryptionContext, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>Makes a call and records it.</summary>
    internal async Task<T> RecordAsync<T>(string operation, KmsConnection connection, string keyId, Func<Task<T>> call, Func<T, string?> requestId)
    {
        DateTimeOffset begun = _time.GetUtcNow();
        long timestamp = _time.GetTimestamp();
        string? error = null;
        string? request = null;
        string? region = connection.Region;
        try
        {
            T answer = await call().ConfigureAwait(false);
            request = requestId(answer);
            return answer;
        }
        catch (Exception exception)
        {
            error = exception is TenantEncryptionException known ? known.Code : ErrorCodes.Cancelled;
            request = (exception as TenantEncryptionException)?.RequestId;
            region = (exception as TenantEncryptionException)?.Region ?? region;
            throw;
        }
        finally
        {
            var made = new KmsCall
            {
                Operation = operation,
                KeyId = keyId,
                Region = region,
                RequestId = request,
                ErrorCode = error,
                Time = begun,
                Elapsed = _time.GetElapsedTime(timestamp),
            };
            _calls.Enqueue(made);
            _observer?.Invoke(made);
        }
    }
}
