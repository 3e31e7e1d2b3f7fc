using Newtonsoft.Json;

namespace TenantEncryption.Drills;

/// <summary>What is rehearsed with a key provider.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum KeyProviderDrill
{
    /// <summary>That every region of the key opens what another one sealed, without an outage. Nothing is changed.</summary>
    Failover,

    /// <summary>
    /// That withdrawing access at the key shuts data, and giving it back opens it again: on a scratch message, by a statement in the key
    /// policy that concerns nothing else.
    /// </summary>
    Revocation,
}
