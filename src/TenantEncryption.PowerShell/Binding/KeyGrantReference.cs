using System.ComponentModel;
using TenantEncryption.Grants;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Which grant is meant: a grant itself, one that came back from a job or a file, too.</summary>
[TypeConverter(typeof(KeyGrantReferenceConverter))]
public sealed class KeyGrantReference
{
    internal KeyGrantReference(KeyGrant grant) => Grant = grant;

    /// <summary>The grant.</summary>
    public KeyGrant Grant { get; }

    /// <inheritdoc/>
    public override string ToString() => Grant.ToString();
}
