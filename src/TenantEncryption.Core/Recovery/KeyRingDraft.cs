using TenantEncryption.Keys;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.State;
using TenantEncryption.Tenants;

namespace TenantEncryption.Recovery;

/// <summary>What of a key ring a store would take.</summary>
/// <param name="Ring">The ring.</param>
/// <param name="State">The tenant's state in the store, in which it was decided.</param>
/// <param name="Retired">What the tenant had.</param>
/// <param name="Tenant">The tenant: the store's, or the one that would be made.</param>
/// <param name="Platform">The user's own profile that would be copied into the store with it.</param>
/// <param name="Internal">The tenant's internal provider: the store's, or the one that would be made, Active.</param>
internal sealed record KeyRingDraft(KeyRing Ring, TenantState State, RetiredNames Retired, EncryptionTenant Tenant, PlatformFile? Platform, KeyProvider Internal)
{
    private readonly List<string> _leftOut = [];

    /// <summary>Whether the tenant would be made.</summary>
    public bool IsNewTenant => State.Tenant is null;

    /// <summary>The providers that would be registered.</summary>
    public List<KeyProvider> NewProviders { get; } = [];

    /// <summary>The keys that would be put in, each with the provider that opens it and the one that keeps it.</summary>
    public List<PlacedKey> Keys { get; } = [];

    /// <summary>How many keys are there already.</summary>
    public int KnownKeys { get; set; }

    /// <summary>How many keys stay out.</summary>
    public int KeysLeftOut { get; private set; }

    /// <summary>What stays out, and why.</summary>
    public IReadOnlyList<string> LeftOut => _leftOut;

    /// <summary>Leaves keys of a provider out.</summary>
    public void Leave(int keys, KeyProvider provider, string why)
    {
        if (keys > 0)
        {
            KeysLeftOut += keys;
            _leftOut.Add($"{Counted.Of(keys, "key")} of '{provider.Name}' ({provider.Id}) {(keys == 1 ? "stays" : "stay")} out: {why}.");
        }
    }

    /// <summary>A key that would be put in.</summary>
    /// <param name="Key">The key, with the ring's record.</param>
    /// <param name="Opener">The provider that sealed it.</param>
    /// <param name="Keeper">The provider that seals it here.</param>
    internal sealed record PlacedKey(KeyEncryptionKey Key, KeyProvider Opener, KeyProvider Keeper);
}
