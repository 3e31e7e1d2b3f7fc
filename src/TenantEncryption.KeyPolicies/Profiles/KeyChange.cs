using Newtonsoft.Json;

namespace TenantEncryption.Platforms;

/// <summary>How a tenant changes from one provider to another.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum KeyChange
{
    /// <summary>By migrating, or by activating a Pending one.</summary>
    MigrateOrActivate,

    /// <summary>Only by migrating.</summary>
    Migrate,

    /// <summary>Only by activating a Pending one, which archives the one before; re-encryption follows in the background.</summary>
    Activate,

    /// <summary>Not at all: the tenant is made anew.</summary>
    Never,
}
