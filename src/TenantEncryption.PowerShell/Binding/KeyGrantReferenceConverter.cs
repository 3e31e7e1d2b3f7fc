using System.Management.Automation;
using TenantEncryption.Grants;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Turns a grant into a reference.</summary>
public sealed class KeyGrantReferenceConverter : ReferenceConverter
{
    /// <summary>Makes a converter.</summary>
    public KeyGrantReferenceConverter()
        : base("is not a grant of Get-KeyGrant")
    {
    }

    private protected override object? Read(PSObject input)
    {
        if (input.BaseObject is KeyGrant grant)
        {
            return new KeyGrantReference(grant);
        }

        return IsSerialized(input, typeof(KeyGrant))
            && Text(nameof(KeyGrant.GrantId)) is { } grantId && Text(nameof(KeyGrant.KeyArn)) is { } keyArn && Text(nameof(KeyGrant.Region)) is { } region
                ? new KeyGrantReference(new KeyGrant { GrantId = grantId, KeyArn = keyArn, Region = region, Name = Text(nameof(KeyGrant.Name)) })
                : null;

        string? Text(string property) => input.Properties[property]?.Value as string;
    }
}
