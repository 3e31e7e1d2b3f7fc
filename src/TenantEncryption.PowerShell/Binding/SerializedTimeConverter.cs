using System.Management.Automation;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Makes a DateTimeOffset of the properties that Clixml and jobs carry of one.</summary>
public sealed class SerializedTimeConverter : PSTypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) => Read(sourceValue) is not null;

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        Read(sourceValue) ?? throw new PSInvalidCastException("It is not a deserialized DateTimeOffset.");

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new NotSupportedException();

    private static DateTimeOffset? Read(object sourceValue)
    {
        PSMemberInfoCollection<PSPropertyInfo> properties = PSObject.AsPSObject(sourceValue).Properties;
        return properties[nameof(DateTimeOffset.UtcDateTime)]?.Value is DateTime utc && properties[nameof(DateTimeOffset.Offset)]?.Value is TimeSpan offset
            ? new DateTimeOffset(utc, TimeSpan.Zero).ToOffset(offset)
            : null;
    }
}
