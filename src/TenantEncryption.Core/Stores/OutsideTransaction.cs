using TenantEncryption.Errors;

namespace TenantEncryption.Stores;

/// <summary>Does a transaction's work anew when it needed something that is to be had outside of it.</summary>
internal static class OutsideTransaction
{
    // One for the root key, one for a log key that it opens, and as many again for what changes meanwhile.
    private const int MostTimes = 20;

    /// <summary>Does it.</summary>
    /// <param name="work">The work, from its begin to its end; it changes nothing but the store.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TenantEncryptionException">What having it comes to. <c>STORE_LOCKED</c>: something new was needed each time.</exception>
    public static async Task<T> ProvideAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (int time = 1; ; time++)
        {
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (OutsideTransactionException needed)
            {
                if (time == MostTimes)
                {
                    throw new TenantEncryptionException(ErrorCodes.StoreLocked, $"What was needed changed {time} times: {needed.Message}", needed);
                }

                await needed.ProvideAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
