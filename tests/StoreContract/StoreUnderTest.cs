using TenantEncryption.Stores;
using TenantEncryption.Testing;

namespace TenantEncryption.StoreContract;

/// <summary>A new and empty store, which goes when it is disposed. A store's project derives its own, and from each suite a class with it.</summary>
public abstract class StoreUnderTest : IAsyncDisposable
{
    /// <summary>The store.</summary>
    internal abstract IStore Store { get; }

    /// <summary>The store's clock.</summary>
    internal ManualTimeProvider Time { get; } = new();

    /// <summary>The store, as <c>tests/StoreHammer</c> takes it.</summary>
    internal abstract string Address { get; }

    /// <summary>The same store once more, as another process has it; the caller disposes it.</summary>
    /// <param name="patience">How long it waits for another writer, if not as long as it does by itself.</param>
    /// <param name="byTime">Whether <see cref="Time"/> is its clock.</param>
    internal abstract IStore Another(TimeSpan? patience = null, bool byTime = false);

    /// <summary>Asks the store's own tools, if it has any, whether it is damaged.</summary>
    internal virtual Task AssertSoundAsync() => Task.CompletedTask;

    /// <summary>Does a thing in a committed transaction.</summary>
    internal async Task WriteAsync(Func<IStoreTransaction, Task> work)
    {
        await using IStoreTransaction transaction = await Store.BeginAsync(StoreAccess.Write, StoreScope.All);
        await work(transaction);
        await transaction.CommitAsync();
    }

    /// <summary>Reads a thing in a committed transaction that changes it.</summary>
    internal async Task<T> WriteAsync<T>(Func<IStoreTransaction, Task<T>> work)
    {
        await using IStoreTransaction transaction = await Store.BeginAsync(StoreAccess.Write, StoreScope.All);
        T result = await work(transaction);
        await transaction.CommitAsync();
        return result;
    }

    /// <summary>Reads a thing.</summary>
    internal async Task<T> ReadAsync<T>(Func<IStoreTransaction, Task<T>> work)
    {
        await using IStoreTransaction transaction = await Store.BeginAsync(StoreAccess.Read, StoreScope.All);
        return await work(transaction);
    }

    /// <summary>Removes the store with all that it kept.</summary>
    public abstract ValueTask DisposeAsync();
}
