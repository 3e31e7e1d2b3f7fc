using Newtonsoft.Json;

namespace TenantEncryption.Platforms;

/// <summary>Where the value of a placeholder comes from when nobody gives one.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum PlaceholderSource
{
    /// <summary>From nowhere: it must be given.</summary>
    Given,

    /// <summary>The values of the tenants' encryption-context pairs: one or several.</summary>
    TenantIds,

    /// <summary>The context value of the provider.</summary>
    ContextValue,

    /// <summary>The account of the key's ARN.</summary>
    Account,

    /// <summary>The region of the key's ARN.</summary>
    Region,

    /// <summary>The key id of the key's ARN.</summary>
    KeyId,

    /// <summary>The partition of the key's ARN.</summary>
    Partition,

    /// <summary>The principals that shall use the key: one or several.</summary>
    Users,

    /// <summary>
    /// A choice of the administrator, yes or no. With yes, which it is when nobody chooses, the placeholder's own values stand there; with no, nothing does.
    /// </summary>
    Choice,
}
