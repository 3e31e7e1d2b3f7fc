using System.Management.Automation;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Turns what a user gives into a reference. What is none is refused, so that a piped object binds to the parameter that is meant for it.</summary>
public abstract class ReferenceConverter : PSTypeConverter
{
    private readonly string _fault;

    // What is said of a value that is no reference, after its type.
    private protected ReferenceConverter(string fault) => _fault = fault;

    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) => Read(PSObject.AsPSObject(sourceValue)) is not null;

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase)
    {
        var input = PSObject.AsPSObject(sourceValue);
        return Read(input) ?? throw new PSInvalidCastException($"An object of type {input.BaseObject.GetType().Name} {_fault}.");
    }

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new PSInvalidCastException();

    /// <summary>The reference that a value is, or <see langword="null"/>.</summary>
    private protected abstract object? Read(PSObject input);

    /// <summary>Whether an object of a type came back from a job or a file.</summary>
    private protected static bool IsSerialized(PSObject input, Type type) => input.TypeNames.Contains($"Deserialized.{type.FullName}");
}
