using Microsoft.AspNetCore.DataProtection;

namespace TenantEncryption.DataProtection;

/// <summary>Data protection with a key ring for each tenant. Thread-safe.</summary>
public interface ITenantDataProtection
{
    /// <summary>A tenant's data protection. Its keys are loaded when it is used first, and not looked at here.</summary>
    /// <param name="tenantId">The tenant's id. Give none that a request may choose without being authorised for it: each has a folder and a key ring in memory.</param>
    /// <returns>The provider, the same one each time.</returns>
    IDataProtectionProvider For(string tenantId);
}
