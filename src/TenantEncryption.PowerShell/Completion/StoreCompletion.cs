using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>Reads the store for Tab. Pressing Tab makes no store, asks no question, shows no error and does not wait long.</summary>
internal static class StoreCompletion
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A list from the runspace's store, or nothing.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="read">Reads it.</param>
    /// <returns>The items.</returns>
    public static IReadOnlyList<T> List<T>(Func<TenantEncryptionService, Task<IReadOnlyList<T>>> read)
    {
        string path = RunspaceConnection.CurrentPath;
        if (!Directory.Exists(path))
        {
            return [];
        }

        try
        {
            Task<IReadOnlyList<T>> reading = Task.Run(() => ReadAsync(path, read));
            return reading.Wait(Patience) ? reading.Result : [];
        }
        catch (AggregateException)
        {
            return [];
        }
    }

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(string path, Func<TenantEncryptionService, Task<IReadOnlyList<T>>> read)
    {
        StoreUse use = await OpenStores.UseAsync(path, CancellationToken.None).ConfigureAwait(false);
        await using var _ = use.ConfigureAwait(false);
        return await read(use.Service).ConfigureAwait(false);
    }
}
