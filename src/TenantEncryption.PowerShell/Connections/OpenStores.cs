using TenantEncryption.Files;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>The stores that are open in this process: one per path, shared by all runspaces.</summary>
internal static class OpenStores
{
    private static readonly object Gate = new();
    private static readonly Dictionary<string, OpenStore> ByPath = new(StorePath.Comparer);

    /// <summary>Enters the store of a path, opening it if need be. Only the default store makes itself.</summary>
    /// <param name="path">The store's folder.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <returns>The store in use; disposing it leaves the store.</returns>
    public static Task<StoreUse> UseAsync(string path, CancellationToken cancellationToken) =>
        UseAsync(path, DefaultStore.Is(path), cancellationToken);

    /// <summary>Enters the store of a path if there is one; looking makes none, not even the default one.</summary>
    /// <param name="path">The store's folder.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <returns>The store in use; disposing it leaves the store.</returns>
    /// <exception cref="TenantEncryptionException"><c>STORE_NOT_FOUND</c>.</exception>
    public static Task<StoreUse> LookAsync(string path, CancellationToken cancellationToken) => UseAsync(path, create: false, cancellationToken);

    /// <summary>Opens the store of the settings. One that is open on the same path with other settings is retired: it closes when the last cmdlet is out.</summary>
    /// <param name="settings">The settings; their secrets are owned from here on.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <returns>The store in use.</returns>
    public static async Task<StoreUse> ConnectAsync(ConnectionSettings settings, CancellationToken cancellationToken)
    {
        if (!settings.IsSpecific)
        {
            return await UseAsync(settings.Path, settings.Create, cancellationToken).ConfigureAwait(false);
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
            ByPath.Remove(settings.Path, out replaced);
            ByPath[settings.Path] = store;
        }

        if (replaced is not null)
        {
            await replaced.RetireAsync().ConfigureAwait(false);
        }

        return use;
    }

    /// <summary>Retires the store of a path: its plaintext keys are zeroed at once, and it closes when the last cmdlet is out.</summary>
    /// <param name="path">The store's folder.</param>
    /// <returns>When it is retired.</returns>
    public static async Task DisconnectAsync(string path)
    {
        OpenStore? store;
        lock (Gate)
        {
            ByPath.Remove(path, out store);
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
        List<string> paths;
        lock (Gate)
        {
            paths = [.. ByPath.Keys];
        }

        foreach (string path in paths)
        {
            await DisconnectAsync(path).ConfigureAwait(false);
        }
    }

    private static Task<StoreUse> UseAsync(string path, bool create, CancellationToken cancellationToken) =>
        EnterAsync(Find(path, create), cancellationToken);

    private static OpenStore Find(string path, bool create)
    {
        lock (Gate)
        {
            if (!ByPath.TryGetValue(path, out OpenStore? store) || store.HasFailed)
            {
                ByPath[path] = store = new OpenStore(new ConnectionSettings { Path = path, Create = create });
            }

            return store;
        }
    }

    private static async Task<StoreUse> EnterAsync(OpenStore store, CancellationToken cancellationToken)
    {
        if (!store.TryEnter())
        {
            throw new TenantEncryptionException(Errors.ErrorCodes.Cancelled, "The store was disconnected meanwhile.");
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
