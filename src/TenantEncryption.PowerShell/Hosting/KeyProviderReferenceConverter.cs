using System.Globalization;
using System.Management.Automation;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// Turns what a user gives into a reference. Everything that is not a provider or text is refused, so that a piped tenant, migration or
/// file binds to the parameters that are meant for it and never becomes a provider's name.
/// </summary>
public sealed class KeyProviderReferenceConverter : PSTypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) => Read(sourceValue) is not null;

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        Read(sourceValue) is { } text
            ? new KeyProviderReference(text)
            : throw new PSInvalidCastException($"A {PSObject.AsPSObject(sourceValue).BaseObject.GetType().Name} does not name a key provider.");

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new PSInvalidCastException();

    private static string? Read(object source)
    {
        var input = PSObject.AsPSObject(source);
        return input.BaseObject switch
        {
            string text => text,
            KeyProvider provider => provider.Id,
            // A name that is typed as digits arrives as a number.
            int or long or decimal or double => Convert.ToString(input.ToString(), CultureInfo.InvariantCulture),
            _ when input.TypeNames.Contains($"Deserialized.{typeof(KeyProvider).FullName}") => input.Properties[nameof(KeyProvider.Id)]?.Value as string,
            _ => null,
        };
    }
}
