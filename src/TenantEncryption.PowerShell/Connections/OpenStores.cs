using TenantEncryption.Errors;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>The stores that are open in this process: one for each place, shared by all runspaces.</summary>
internal static class OpenStores
{
    private static readonly object Gate = new();
    private static readonly Dictionary<StoreAddress, OpenStore> ByAddress = [];

    /// <summary>Enters a store, opening it if need be. Only the default store makes itself.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <returns>The store in use; disposing it leaves the store.</returns>
    public static Task<StoreUse> UseAsync(StoreAddress address, CancellationToken cancellationToken) =>
        EnterAsync(Find(address, () => DefaultSettings(address) ?? Settings(address)), cancellationToken);

    /// <summary>Enters a store if there is one; looking makes none, not even the default one.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <returns>The store in use; disposing it leaves the store.</returns>
    /// <exception cref="TenantEncryptionException"><c>STORE_NOT_FOUND</c>.</exception>
    public static Task<StoreUse> LookAsync(StoreAddress address, CancellationToken cancellationToken) =>
        EnterAsync(Find(address, () => DefaultSettings(address) is { } settings ? settings with { Create = false } : Settings(address)), cancellationToken);

    /// <summary>Opens the store of the settings. One that is open in the same place with other settings is retired: it closes when the last cmdlet is out.</summary>
    /// <param name="settings">The settings; their secrets are owned from here on.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <returns>The store in use.</returns>
    public static async Task<StoreUse> ConnectAsync(ConnectionSettings settings, CancellationToken cancellationToken)
    {
        if (!settings.IsSpecific)
        {
            return await EnterAsync(Find(settings.Address, () => settings), cancellationToken).ConfigureAwait(false);
        }

        // It takes its place only when it opened, so that a wrong passphrase ends nobody's work.
        var store = new OpenStore(settings);
        StoreUse use;
        try
        {
            use = await EnterAsync(store, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await store.RetireAsync().ConfigureAwait(false);
            throw;
        }

        OpenStore? replaced;
        lock (Gate)
        {
            ByAddress.Remove(settings.Address, out replaced);
            ByAddress[settings.Address] = store;
        }

        if (replaced is not null)
        {
            await replaced.RetireAsync().ConfigureAwait(false);
        }

        return use;
    }

    /// <summary>Retires a store: its plaintext keys are zeroed at once, and it closes when the last cmdlet is out.</summary>
    /// <param name="address">Where it is.</param>
    /// <returns>When it is retired.</returns>
    public static async Task DisconnectAsync(StoreAddress address)
    {
        OpenStore? store;
        lock (Gate)
        {
            ByAddress.Remove(address, out store);
        }

        if (store is not null)
        {
            await store.RetireAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Retires every store.</summary>
    /// <returns>When they are retired.</returns>
    public static async Task DisconnectAllAsync()
    {
        List<StoreAddress> addresses;
        lock (Gate)
        {
            addresses = [.. ByAddress.Keys];
        }

        foreach (StoreAddress address in addresses)
        {
            await DisconnectAsync(address).ConfigureAwait(false);
        }
    }

    private static ConnectionSettings? DefaultSettings(StoreAddress address) => address == DefaultStore.Address ? DefaultStore.Settings : null;

    private static ConnectionSettings Settings(StoreAddress address) => address.IsFolder
        ? new ConnectionSettings { Address = address }
        : throw new TenantEncryptionException(ErrorCodes.StoreNotConnected, $"This session is not connected to the store {address}, which it named: what opens a database is not kept.");

    private static OpenStore Find(StoreAddress address, Func<ConnectionSettings> settings)
    {
        lock (Gate)
        {
            if (!ByAddress.TryGetValue(address, out OpenStore? store) || store.HasFailed)
            {
                ByAddress[address] = store = new OpenStore(settings());
            }

            return store;
        }
    }

    private static async Task<StoreUse> EnterAsync(OpenStore store, CancellationToken cancellationToken)
    {
        if (!store.TryEnter())
        {
            throw new TenantEncryptionException(ErrorCodes.Cancelled, "The store was disconnected meanwhile.");
        }

        try
        {
            return new StoreUse(store, await store.ServiceAsync(cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await store.LeaveAsync().ConfigureAwait(false);
            throw;
        }
    }
}
