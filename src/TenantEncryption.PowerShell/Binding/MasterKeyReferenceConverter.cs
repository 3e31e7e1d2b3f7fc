using System.Management.Automation;
using TenantEncryption.MasterKeys;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Turns a master key, a provider of one, or text into a reference.</summary>
public sealed class MasterKeyReferenceConverter : ReferenceConverter
{
    /// <summary>Makes a converter.</summary>
    public MasterKeyReferenceConverter()
        : base("does not name a master key in AWS KMS")
    {
    }

    private protected override object? Read(PSObject input) => input.BaseObject switch
    {
        string text => new MasterKeyReference(text),
        MasterKey key => new MasterKeyReference(key.KeyArn, key.Connection),
        KeyProvider { KeyArn: { } keyArn } provider => new MasterKeyReference(keyArn, provider.Connection),
        _ when IsSerialized(input, typeof(MasterKey)) || IsSerialized(input, typeof(KeyProvider)) =>
            input.Properties[nameof(MasterKey.KeyArn)]?.Value is string keyArn ? new MasterKeyReference(keyArn) : null,
        _ => null,
    };
}
