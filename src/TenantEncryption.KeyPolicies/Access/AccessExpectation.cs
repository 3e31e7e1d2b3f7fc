using Newtonsoft.Json;

namespace TenantEncryption.Policies.Access;

/// <summary>What must become of a request of a platform's principal.</summary>
[JsonConverter(typeof(EnumNameConverter))]
internal enum AccessExpectation
{
    /// <summary>It must be allowed: the platform makes it.</summary>
    Allowed,

    /// <summary>It must be refused, as it names another tenant.</summary>
    RefusedForAnotherTenant,

    /// <summary>It must be refused, as it names no tenant.</summary>
    RefusedWithoutTenant,

    /// <summary>It should be refused, as it does not come the way that the platform's statement asks for, such as through a service.</summary>
    RefusedOtherwise,
}
