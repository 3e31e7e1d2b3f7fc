namespace TenantEncryption.Stores;

/// <summary>
/// Work in a transaction needs what must not be waited for while the transaction is open, as it takes long or is far away: others would wait for it, too. It
/// is had once the transaction has ended, and the work is done anew.
/// </summary>
/// <param name="message">What is needed.</param>
/// <param name="provide">Has it; what it throws is the failure of the work.</param>
internal sealed class OutsideTransactionException(string message, Func<CancellationToken, Task> provide) : Exception(message)
{
    /// <summary>Has what is needed, with no transaction open.</summary>
    public Task ProvideAsync(CancellationToken cancellationToken) => provide(cancellationToken);
}
