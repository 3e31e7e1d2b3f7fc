using System.Management.Automation;
using TenantEncryption.Platforms;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Lists the platforms whose rules a tenant can follow.</summary>
/// <remarks>A platform says which partitions and forms of key identifier it takes and under which key of the encryption context the tenant is named.</remarks>
/// <example>
///   <code>Get-EncryptionPlatform</code>
///   <para>Lists the platforms.</para>
/// </example>
/// <example>
///   <code>Get-EncryptionPlatform standalone | Format-List</code>
///   <para>Shows everything about one.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "EncryptionPlatform")]
[OutputType(typeof(PlatformProfile))]
public sealed class GetEncryptionPlatformCommand : AsyncCmdlet
{
    /// <summary>The name, or a wildcard. All platforms when not given.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string Name { get; set; } = "*";

    /// <inheritdoc/>
    protected override object? Target => Name;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        var pattern = new WildcardPattern(Name, WildcardOptions.IgnoreCase);
        List<PlatformProfile> found = [.. PlatformCatalog.All.Where(platform => pattern.IsMatch(platform.Name))];
        if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(Name))
        {
            // Its message lists those there are.
            found.Add(PlatformCatalog.Get(Name));
        }

        foreach (PlatformProfile platform in found)
        {
            await EmitAsync(platform).ConfigureAwait(false);
        }
    }
}
