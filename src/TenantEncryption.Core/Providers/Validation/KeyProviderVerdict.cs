using Newtonsoft.Json;

namespace TenantEncryption.Providers;

/// <summary>What a test means for the provider's use, in the terms of Tableau Cloud's Test Configuration.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum KeyProviderVerdict
{
    /// <summary>Pending, and every check passed.</summary>
    SafeToActivate,

    /// <summary>Active, and every check passed.</summary>
    Working,

    /// <summary>Not in use now; it would work.</summary>
    ShouldWork,

    /// <summary>A check failed.</summary>
    WontWork,

    /// <summary>Only the registration was looked at, without a call.</summary>
    NotTested,
}
