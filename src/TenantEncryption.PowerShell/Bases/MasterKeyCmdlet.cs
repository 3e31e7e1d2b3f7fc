using System.Management.Automation;
using TenantEncryption.MasterKeys;
using TenantEncryption.PowerShell.Completion;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A cmdlet for one master key at a time.</summary>
public abstract class MasterKeyCmdlet : AwsCmdlet
{
    /// <summary>
    /// The master key: an object of Get-MasterKey or Get-KeyProvider, a key ARN, alias ARN, key id or alias name. What the AWS parameters leave open is
    /// that of the object, else of the store's key provider on the key.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = "The master key: an object of Get-MasterKey or Get-KeyProvider, a key ARN, alias ARN, key id or alias name.")]
    [ArgumentCompleter(typeof(MasterKeyCompleter))]
    public MasterKeyReference KeyArn { get; set; } = null!;

    /// <inheritdoc/>
    protected override object? Target => KeyArn;

    /// <summary>Looks at the key that is meant.</summary>
    /// <returns>The key.</returns>
    protected Task<MasterKey> ReadAsync() => Service.MasterKeys.GetAsync(KeyArn.KeyId, KeyArn.Reach(Connection), Cancellation);

    /// <summary>The key and what hangs on it, for a question.</summary>
    /// <param name="key">The key.</param>
    /// <returns>
    /// A text such as <c>alias/acme (arn:…) in eu-west-1, last used 2026-11-28 01:00:00Z (Decrypt, CloudTrail event 4d2f…, request 9a1c…), on which hang: acme-cmk of tenant acme (2 keys; …)</c>.
    /// </returns>
    protected static string Describe(MasterKey key) =>
        $"{key} in {key.Region}{(key.MultiRegion ? $", one of {Counted.Of(key.Replicas.Count + 1, "region")}" : "")}"
        + (key.DescribeLastUse() is { } use ? $", {use}" : "")
        + (key.Providers.Count == 0 ? "" : $", on which hang: {string.Join("; ", key.Providers.Select(Dependants.Describe))}");
}
