using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.MasterKeys;

/// <summary>
/// Waits for what KMS does a little later: a new key is not known everywhere at once (AWS KMS Developer Guide, "Eventual consistency"), and a
/// replica is Creating before it is Enabled.
/// </summary>
internal sealed class KeyPropagation(TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Makes a call for a key that exists, again while KMS does not know the key yet.</summary>
    public Task<T> WhenKnownAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken) => UntilAsync(
        async () =>
        {
            try
            {
                return (true, await call().ConfigureAwait(false), null);
            }
            catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.KeyNotFound)
            {
                return (false, default(T), exception);
            }
        },
        cancellationToken);

    /// <summary>Waits until a replica is no longer Creating.</summary>
    /// <exception cref="TenantEncryptionException"><c>KEY_UNAVAILABLE</c>: it takes longer than two minutes.</exception>
    public Task<KmsKeyDescription> WhenCreatedAsync(IKmsChannel kms, KmsConnection connection, string keyArn, CancellationToken cancellationToken) => UntilAsync(
        async () =>
        {
            try
            {
                KmsKeyDescription key = await kms.DescribeKeyAsync(connection, keyArn, cancellationToken).ConfigureAwait(false);
                return (key.KeyState != "Creating", key, StillCreating(connection, keyArn));
            }
            catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.KeyNotFound)
            {
                return (false, null, exception);
            }
        },
        cancellationToken);

    private static TenantEncryptionException StillCreating(KmsConnection connection, string keyArn) =>
        new(ErrorCodes.KeyUnavailable, $"The replica '{keyArn}' is still Creating after {Longest.TotalMinutes:0} minutes.")
        {
            Operation = "kms:DescribeKey",
            KeyArn = keyArn,
            Region = connection.Region,
        };

    private async Task<T> UntilAsync<T>(
        Func<Task<(bool Done, T? Result, TenantEncryptionException? Fault)>> attempt, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        TimeSpan pause = FirstPause;
        while (true)
        {
            (bool done, T? result, TenantEncryptionException? fault) = await attempt().ConfigureAwait(false);
            if (done)
            {
                return result!;
            }

            if (time.GetElapsedTime(start) >= Longest)
            {
                throw fault!;
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
