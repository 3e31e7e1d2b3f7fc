using System.ComponentModel;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// Which key provider is meant: a key provider itself (one that came back from a job or a file, too), its id, its name or its key ARN.
/// </summary>
[TypeConverter(typeof(KeyProviderReferenceConverter))]
public sealed class KeyProviderReference
{
    internal KeyProviderReference(string text) => Text = text;

    /// <summary>The id, name or ARN.</summary>
    public string Text { get; }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
