using Newtonsoft.Json;

namespace TenantEncryption.Policies.Access;

/// <summary>Whether somebody can change a key's policy.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum Manageability
{
    /// <summary>Nobody can.</summary>
    No,

    /// <summary>It depends on conditions that only a real request decides, such as one on the caller's organisation or on MFA.</summary>
    Depends,

    /// <summary>Somebody can.</summary>
    Yes,
}
