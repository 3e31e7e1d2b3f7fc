using Newtonsoft.Json;

namespace TenantEncryption.Platforms;

/// <summary>How a tenant leaves the internal KMS for a customer master key.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum InternalExit
{
    /// <summary>Freely.</summary>
    Allowed,

    /// <summary>For good: it can't be undone without the vendor, so that the question is asked.</summary>
    Permanent,

    /// <summary>Only while the tenant has no messages; else it is made anew.</summary>
    WhileEmpty,
}
