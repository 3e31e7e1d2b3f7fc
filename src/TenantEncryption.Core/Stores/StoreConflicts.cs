using System.Security.Cryptography;
using TenantEncryption.Errors;

namespace TenantEncryption.Stores;

/// <summary>Does a transaction's work anew when another writer came in between, or something was needed from outside the store. The work changes nothing but the store, and what it finds it finds again.</summary>
internal static class StoreConflicts
{
    private const int MostAttempts = 20;

    // Milliseconds; a random part of them keeps writers that met from meeting again.
    private const int PausePerAttempt = 10;

    /// <summary>Does a transaction's work, from its begin to its commit.</summary>
    /// <exception cref="TenantEncryptionException"><c>STORE_LOCKED</c>: others came in between each time.</exception>
    public static async Task<T> RetryAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await OutsideTransaction.ProvideAsync(work, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreConflictException conflict)
            {
                if (attempt == MostAttempts)
                {
                    throw new TenantEncryptionException(ErrorCodes.StoreLocked, $"Other writers came in between {attempt} times.", conflict);
                }
            }

            await Task.Delay(RandomNumberGenerator.GetInt32(PausePerAttempt * attempt), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Changes rows in a transaction, and commits it.</summary>
    public static Task WriteAsync(this IStore store, StoreScope scope, Func<IStoreTransaction, Task> write, CancellationToken cancellationToken) => RetryAsync(
        async () =>
        {
            IStoreTransaction transaction = await store.BeginAsync(StoreAccess.Write, scope, cancellationToken).ConfigureAwait(false);
            await using var _ = transaction.ConfigureAwait(false);
            await write(transaction).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken);
}
