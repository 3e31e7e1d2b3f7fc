using System.Management.Automation;
using TenantEncryption.MasterKeys;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Turns what a user gives into a reference. Everything that is not a master key, a provider of one or text is refused.</summary>
public sealed class MasterKeyReferenceConverter : PSTypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) => Read(sourceValue) is not null;

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        Read(sourceValue)
        ?? throw new PSInvalidCastException($"A {PSObject.AsPSObject(sourceValue).BaseObject.GetType().Name} does not name a master key in AWS KMS.");

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new PSInvalidCastException();

    private static MasterKeyReference? Read(object source)
    {
        var input = PSObject.AsPSObject(source);
        return input.BaseObject switch
        {
            string text => new MasterKeyReference(text),
            MasterKey key => new MasterKeyReference(key.KeyArn, key.Connection),
            KeyProvider { KeyArn: { } keyArn } provider => new MasterKeyReference(keyArn, provider.Connection),
            _ when IsSerialized(input, typeof(MasterKey)) || IsSerialized(input, typeof(KeyProvider)) =>
                input.Properties[nameof(MasterKey.KeyArn)]?.Value is string keyArn ? new MasterKeyReference(keyArn) : null,
            _ => null,
        };
    }

    private static bool IsSerialized(PSObject input, Type type) => input.TypeNames.Contains($"Deserialized.{type.FullName}");
}
