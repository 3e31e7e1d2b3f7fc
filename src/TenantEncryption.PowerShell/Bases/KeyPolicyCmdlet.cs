using System.Collections;
using System.Management.Automation;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A cmdlet that makes key policies: for whom, and with which values.</summary>
public abstract class KeyPolicyCmdlet : TenantCmdlet
{
    /// <summary>The tenants that shall use the key.</summary>
    protected abstract IReadOnlyList<string> ForTenants { get; }

    /// <summary>
    /// Values of the platform's placeholders, such as @{ AdminRole = 'arn:…' }; Get-EncryptionPlatform lists them. Those with which the provider was
    /// registered need not be given again.
    /// </summary>
    [Parameter(HelpMessage = "Values of the platform's placeholders, such as @{ AdminRole = 'arn:…' }; Get-EncryptionPlatform lists them.")]
    public Hashtable? Parameter { get; set; }

    /// <summary>
    /// The JSON that the platform itself shows, such as Tableau's Key Policy dialog, or the path of a file with it: values of placeholders are read from it.
    /// </summary>
    [Parameter(HelpMessage = "The JSON that the platform itself shows, such as Tableau's Key Policy dialog, or the path of a file with it: values of placeholders are read from it.")]
    public string? From { get; set; }

    /// <summary>The ARNs of the roles or users that use the key: on your own platform those under which it runs, else users of the account.</summary>
    [Parameter(HelpMessage = "The ARNs of the roles or users that use the key: on your own platform those under which it runs, else users of the account.")]
    public string[] User { get; set; } = [];

    /// <summary>The provider that is meant. A name that several tenants use is settled by the first of the tenants that has it.</summary>
    /// <param name="reference">The reference.</param>
    /// <returns>The provider.</returns>
    protected Task<KeyProvider> ResolveAsync(KeyProviderReference reference) => Service.Providers.ResolveAsync(reference.Text, ForTenants, Cancellation);

    /// <summary>What the parameters ask for.</summary>
    /// <param name="provider">The provider.</param>
    /// <returns>The request.</returns>
    protected async Task<KeyPolicyRequest> RequestAsync(KeyProvider provider) => new()
    {
        ProviderId = provider.Id,
        TenantIds = ForTenants,
        Users = User,
        Parameters = PolicyInput.ReadParameters(Parameter),
        From = await ReadFromAsync().ConfigureAwait(false),
    };

    /// <summary>The JSON of <see cref="From"/>.</summary>
    /// <returns>The JSON, or <see langword="null"/> when it was not given.</returns>
    protected Task<string?> ReadFromAsync() => OnPipelineAsync(() => PolicyInput.ReadJsonOrFile(this, From));

    /// <summary>Writes warnings, each once.</summary>
    /// <param name="policies">The policies whose warnings they are.</param>
    protected void WarnOf(IEnumerable<KeyPolicy> policies)
    {
        foreach (string warning in policies.SelectMany(policy => policy.Warnings).Distinct(StringComparer.Ordinal))
        {
            Warn(warning);
        }
    }
}
