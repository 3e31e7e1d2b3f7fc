using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Stores;

namespace TenantEncryption.Platforms;

/// <summary>The platforms whose rules tenants can follow: the built-in ones and the users' own that the store keeps.</summary>
public sealed class PlatformService
{
    private readonly UnitOfWork _work;

    internal PlatformService(UnitOfWork work) => _work = work;

    /// <summary>All profiles: the built-in ones, then the store's, each ordered by name.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The profiles.</returns>
    public async Task<IReadOnlyList<PlatformProfile>> ListAsync(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<StoredPlatform> stored = await _work.ReadAsync(
            transaction => transaction.Platforms.ListAsync(), cancellationToken).ConfigureAwait(false);
        return [.. PlatformCatalog.BuiltIn, .. stored.Select(one => one.Profile)];
    }

    /// <summary>The profile of a name.</summary>
    /// <param name="name">The name, ordinal.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: no such platform; the message lists those there are.</exception>
    public Task<PlatformProfile> GetAsync(string name, CancellationToken cancellationToken = default) =>
        _work.ReadAsync(transaction => RequireAsync(transaction, name), cancellationToken);

    internal static async Task<PlatformProfile> RequireAsync(IStoreTransaction transaction, string name)
    {
        if (PlatformCatalog.FindBuiltIn(name) is { } builtIn)
        {
            return builtIn;
        }

        if (await transaction.Platforms.FindAsync(name).ConfigureAwait(false) is { } stored)
        {
            return stored.Profile;
        }

        IReadOnlyList<StoredPlatform> others = await transaction.Platforms.ListAsync().ConfigureAwait(false);
        IEnumerable<string> names = PlatformCatalog.BuiltIn.Select(profile => profile.Name).Concat(others.Select(other => other.Name));
        throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"There is no platform '{name}'. Platforms: {string.Join(", ", names)}.");
    }

    /// <summary>Copies a user's own profile into the store, unless it is there already.</summary>
    internal static async Task KeepAsync(Change change, PlatformFile file, DateTimeOffset now)
    {
        string name = file.Profile.Name;
        if (PlatformCatalog.FindBuiltIn(name) is not null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidPlatform, $"'{name}' is the name of a built-in platform: give your own another one.");
        }

        StoredPlatform? known = await change.Store.Platforms.FindAsync(name).ConfigureAwait(false);
        if (known is null)
        {
            await change.Store.Platforms.AddAsync(new StoredPlatform(name, file.Json, file.Profile.FileHash!, now)).ConfigureAwait(false);
            change.Record(EventTypes.PlatformAdded, null, new JObject { ["platform"] = name, ["platformHash"] = file.Profile.FileHash });
        }
        else if (known.Hash != file.Profile.FileHash)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidPlatform,
                $"The store has another platform profile '{name}' (SHA-256 {known.Hash}), which its tenants follow. Give the new one another name.");
        }
    }
}
