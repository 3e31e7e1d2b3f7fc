using System.Collections.Concurrent;
using TenantEncryption.Kms;

namespace TenantEncryption.Tests.Scenarios;

/// <summary>A KMS whose calls a test counts, and can hold up or refuse.</summary>
internal sealed class WatchedKms(IKms inner) : IKms
{
    private readonly ConcurrentQueue<(string Operation, string KeyId)> _calls = new();

    public IKmsAdministration Administration => WatchedAdministration.Of(inner.Administration, operation => BeforeAdministration?.Invoke(operation));

    /// <summary>Runs before each administrative call; what it throws is the call's answer.</summary>
    public Action<string>? BeforeAdministration { get; set; }

    /// <summary>Runs before each call; an exception is the call's answer.</summary>
    public Func<string, string, Task>? Before { get; set; }

    /// <summary>Sees each encryption context.</summary>
    public Action<IReadOnlyDictionary<string, string>>? OnContext { get; set; }

    /// <summary>What an alias points to now, where a test moved it.</summary>
    public Func<string, string> Resolve { get; set; } = keyId => keyId;

    public int Count => _calls.Count;

    public IReadOnlyList<(string Operation, string KeyId)> Calls => [.. _calls];

    /// <summary>How KMS was reached last.</summary>
    public KmsConnection? LastConnection { get; private set; }

    public int CountOf(string operation) => _calls.Count(call => call.Operation == operation);

    public void Forget() => _calls.Clear();

    public async Task<KmsKeyDescription> DescribeKeyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken)
    {
        await NoteAsync(connection, "DescribeKey", keyId, null, cancellationToken);
        return await inner.DescribeKeyAsync(connection, Resolve(keyId), cancellationToken);
    }

    public async Task<KmsDataKey> GenerateDataKeyAsync(
        KmsConnection connection, string keyId, IReadOnlyDictionary<string, string> encryptionContext, CancellationToken cancellationToken)
    {
        await NoteAsync(connection, "GenerateDataKey", keyId, encryptionContext, cancellationToken);
        return await inner.GenerateDataKeyAsync(connection, keyId, encryptionContext, cancellationToken);
    }

    public async Task<KmsCiphertext> GenerateDataKeyWithoutPlaintextAsync(
        KmsConnection connection, string keyId, IReadOnlyDictionary<string, string> encryptionContext, CancellationToken cancellationToken)
    {
        await NoteAsync(connection, "GenerateDataKeyWithoutPlaintext", keyId, encryptionContext, cancellationToken);
        return await inner.GenerateDataKeyWithoutPlaintextAsync(connection, keyId, encryptionContext, cancellationToken);
    }

    public async Task<KmsCiphertext> EncryptAsync(
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> plaintext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken)
    {
        await NoteAsync(connection, "Encrypt", keyId, encryptionContext, cancellationToken);
        return await inner.EncryptAsync(connection, keyId, plaintext, encryptionContext, cancellationToken);
    }

    public async Task<KmsPlaintext> DecryptAsync(
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> ciphertext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken)
    {
        await NoteAsync(connection, "Decrypt", keyId, encryptionContext, cancellationToken);
        return await inner.DecryptAsync(connection, keyId, ciphertext, encryptionContext, cancellationToken);
    }

    public void Dispose() => inner.Dispose();

    private async Task NoteAsync(KmsConnection connection, string operation, string keyId, IReadOnlyDictionary<string, string>? context, CancellationToken cancellationToken)
    {
        _calls.Enqueue((operation, keyId));
        LastConnection = connection;
        if (context is not null)
        {
            OnContext?.Invoke(context);
        }

        if (Before is not null)
        {
            await Before(operation, keyId).WaitAsync(cancellationToken);
        }
    }
}
