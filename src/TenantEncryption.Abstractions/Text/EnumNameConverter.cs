using Newtonsoft.Json.Converters;

namespace TenantEncryption;

/// <summary>Enums as their names in JSON, so that ConvertTo-Json and a service write the words that people and scripts compare with. A number is not read.</summary>
public sealed class EnumNameConverter : StringEnumConverter
{
    /// <summary>Makes the converter.</summary>
    public EnumNameConverter() => AllowIntegerValues = false;
}
