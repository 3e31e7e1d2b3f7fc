using Newtonsoft.Json;

namespace TenantEncryption.Providers;

/// <summary>How a check of a key provider ended.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum CheckOutcome
{
    /// <summary>As it must be.</summary>
    Passed,

    /// <summary>Not as it must be; the provider does not work.</summary>
    Failed,

    /// <summary>Worth knowing; the provider works.</summary>
    Warning,

    /// <summary>Could not be seen, or does not apply.</summary>
    Skipped,
}
