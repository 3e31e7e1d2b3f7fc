using System.Management.Automation;
using TenantEncryption.Grants;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Turns a grant into a reference. Everything else is refused.</summary>
public sealed class KeyGrantReferenceConverter : PSTypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) => Read(sourceValue) is not null;

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        Read(sourceValue) is { } grant
            ? new KeyGrantReference(grant)
            : throw new PSInvalidCastException($"A {PSObject.AsPSObject(sourceValue).BaseObject.GetType().Name} is not a grant of Get-KeyGrant.");

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new PSInvalidCastException();

    private static KeyGrant? Read(object source)
    {
        var input = PSObject.AsPSObject(source);
        if (input.BaseObject is KeyGrant grant)
        {
            return grant;
        }

        return input.TypeNames.Contains($"Deserialized.{typeof(KeyGrant).FullName}")
            && Text(nameof(KeyGrant.GrantId)) is { } grantId && Text(nameof(KeyGrant.KeyArn)) is { } keyArn && Text(nameof(KeyGrant.Region)) is { } region
                ? new KeyGrant { GrantId = grantId, KeyArn = keyArn, Region = region, Name = Text(nameof(KeyGrant.Name)) }
                : null;

        string? Text(string property) => input.Properties[property]?.Value as string;
    }
}
