using System.Management.Automation;
using TenantEncryption.Platforms;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Lists the platforms whose rules a tenant can follow.</summary>
/// <remarks>
/// A platform says which partitions, regions and forms of key identifier it takes, under which key of the encryption context the tenant is
/// named, what its key policy and grant need, and which changes of a tenant's providers it allows. Beside the built-in ones there are your
/// own, which New-EncryptionTenant -Platform my.json copied into the store.
/// </remarks>
/// <example>
///   <code>Get-EncryptionPlatform</code>
///   <para>Lists the platforms.</para>
/// </example>
/// <example>
///   <code>Get-EncryptionPlatform qlik-cloud | Format-List</code>
///   <para>Shows everything about one.</para>
/// </example>
/// <example>
///   <code>(Get-EncryptionPlatform qlik-cloud).Regions</code>
///   <para>Lists the regions that it serves with their backup regions.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "EncryptionPlatform")]
[OutputType(typeof(PlatformProfile))]
public sealed class GetEncryptionPlatformCommand : AsyncCmdlet
{
    /// <summary>The names, or wildcards. All platforms when not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "The names, or wildcards.")]
    [SupportsWildcards]
    [Names]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override object? Target => Name;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        StoreAddress store = await OnPipelineAsync(() => RunspaceConnection.Current).ConfigureAwait(false);
        IReadOnlyList<PlatformProfile> all = await KnownPlatforms.ListAsync(store, Cancellation).ConfigureAwait(false);
        foreach (string name in Name)
        {
            var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
            foreach (PlatformProfile platform in all.Where(platform => pattern.IsMatch(platform.Name)))
            {
                await EmitAsync(platform).ConfigureAwait(false);
            }

            if (!WildcardPattern.ContainsWildcardCharacters(name) && !all.Any(platform => pattern.IsMatch(platform.Name)))
            {
                Report(KnownPlatforms.NotFound(name, all), name);
            }
        }
    }
}
