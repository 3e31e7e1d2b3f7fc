using Newtonsoft.Json;

namespace TenantEncryption.Providers;

/// <summary>Whose ability a check is about.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum CheckSubject
{
    /// <summary>The caller: a live call with the credentials at hand.</summary>
    Caller,

    /// <summary>The platform: what its principals may do.</summary>
    Platform,
}
