namespace TenantEncryption.Stores;

/// <summary>Named facts of the store: its id, the id of its root key, sealed log keys. None is plaintext key material.</summary>
internal interface ISettingsTable
{
    /// <summary>Reads a fact.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The value, or <see langword="null"/> when it was never set.</returns>
    Task<byte[]?> GetAsync(string name);

    /// <summary>Sets or replaces a fact.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The value.</param>
    /// <returns>When it is set in the transaction.</returns>
    Task SetAsync(string name, byte[] value);

    /// <summary>Removes a fact; no error when there is none.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>When it is removed in the transaction.</returns>
    Task RemoveAsync(string name);
}
