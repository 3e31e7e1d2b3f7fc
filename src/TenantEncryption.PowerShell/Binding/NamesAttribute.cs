using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// Takes names, ids and wildcards, one or a list: texts, and numbers, since a name of digits arrives as one. Anything else is refused instead of becoming the
/// text that it prints as, so that a piped object binds by its properties; and so is <c>$null</c>, which would mean everything.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NamesAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? input = Unwrap(inputData);
        return input is IEnumerable list and not string ? list.Cast<object?>().Select(item => TextOf(Unwrap(item))).ToArray() : new[] { TextOf(input) };
    }

    private static string TextOf(object? value) => value switch
    {
        string text => text,
        int or long or decimal or double => Convert.ToString(value, CultureInfo.InvariantCulture)!,

        // The binder tries the next parameter only after a failed cast.
        null => throw Refuse("Nothing ($null) was given: give a name, or leave the parameter out."),
        _ => throw Refuse($"An object of type {value.GetType().Name} is no name."),
    };

    private static ArgumentTransformationMetadataException Refuse(string fault) => new(fault, new PSInvalidCastException(fault));

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
