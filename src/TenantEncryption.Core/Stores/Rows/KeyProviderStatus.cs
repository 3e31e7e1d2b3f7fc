using Newtonsoft.Json;

namespace TenantEncryption.Providers;

/// <summary>The state of a key provider (the states are those of Tableau Cloud's external KMS).</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum KeyProviderStatus
{
    /// <summary>Registered, not used yet: neither writes nor reads.</summary>
    Pending,

    /// <summary>Seals new keys and opens its own. Exactly one provider of a tenant is Active.</summary>
    Active,

    /// <summary>Was Active; opens what depends on it and seals nothing new.</summary>
    Archived,

    /// <summary>Was Archived; neither writes nor reads until it is restored.</summary>
    Deactivated,
}
