using System.Globalization;
using System.Management.Automation;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Turns a provider or text into a reference: a piped tenant, migration or file never becomes a provider's name.</summary>
public sealed class KeyProviderReferenceConverter : ReferenceConverter
{
    /// <summary>Makes a converter.</summary>
    public KeyProviderReferenceConverter()
        : base("does not name a key provider")
    {
    }

    private protected override object? Read(PSObject input) => TextOf(input) is { } text ? new KeyProviderReference(text) : null;

    private static string? TextOf(PSObject input) => input.BaseObject switch
    {
        string text => text,
        KeyProvider provider => provider.Id,
        // A name that is typed as digits arrives as a number.
        int or long or decimal or double => Convert.ToString(input.ToString(), CultureInfo.InvariantCulture),
        _ when IsSerialized(input, typeof(KeyProvider)) => input.Properties[nameof(KeyProvider.Id)]?.Value as string,
        _ => null,
    };
}
