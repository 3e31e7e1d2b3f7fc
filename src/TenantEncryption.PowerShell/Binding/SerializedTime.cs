using System.ComponentModel;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// What a deserialized DateTimeOffset is converted to (Types.ps1xml: TargetTypeForDeserialization), which gives the DateTimeOffset again. A target of its own,
/// so that PowerShell's own conversions to DateTimeOffset stay as they are.
/// </summary>
[TypeConverter(typeof(SerializedTimeConverter))]
public sealed class SerializedTime
{
    private SerializedTime()
    {
    }
}
