using System.Management.Automation;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A cmdlet for the grants on one master key at a time, which a key provider or the key itself names.</summary>
public abstract class KeyGrantCmdlet : AwsCmdlet
{
    /// <summary>The parameter set in which a key provider names the key.</summary>
    protected const string ProviderSet = "KeyProvider";

    /// <summary>The parameter set in which the key itself does.</summary>
    protected const string KeySet = "MasterKey";

    /// <summary>
    /// The key provider on whose master key the grants are: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN. It says how the key is reached
    /// where the AWS parameters don't.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ProviderSet, HelpMessage = "The key provider on whose master key the grants are: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN.")]
    [ArgumentCompleter(typeof(KeyProviderCompleter))]
    public KeyProviderReference? KeyProvider { get; set; }

    /// <summary>The master key: an object of Get-MasterKey, a key ARN, alias ARN, key id or alias name.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = KeySet, HelpMessage = "The master key: an object of Get-MasterKey, a key ARN, alias ARN, key id or alias name.")]
    [ArgumentCompleter(typeof(MasterKeyCompleter))]
    public MasterKeyReference? KeyArn { get; set; }

    /// <inheritdoc/>
    protected override object? Target => (object?)KeyProvider ?? KeyArn;

    /// <summary>Finds the provider that a reference names.</summary>
    /// <param name="reference">The reference.</param>
    /// <returns>The provider.</returns>
    protected abstract Task<KeyProvider> FindProviderAsync(string reference);

    /// <summary>Finds the key that is meant.</summary>
    /// <returns>The key, how it is reached, and the provider that named it.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: the provider is the internal KMS; <c>PROVIDER_NOT_FOUND</c>, <c>AMBIGUOUS_PROVIDER</c>.</exception>
    protected async Task<(string KeyId, KmsConnection Connection, KeyProvider? Provider)> ResolveAsync()
    {
        if (KeyArn is not null)
        {
            return (KeyArn.KeyId, KeyArn.Reach(Connection), null);
        }

        KeyProvider provider = await FindProviderAsync(KeyProvider!.Text).ConfigureAwait(false);
        return provider.KeyArn is { } keyArn
            ? (keyArn, Connection.Or(provider.Connection), provider)
            : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{provider.Name}' is the internal KMS, which has no grants.");
    }
}
