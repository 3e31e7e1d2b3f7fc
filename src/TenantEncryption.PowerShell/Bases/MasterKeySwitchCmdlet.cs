using System.Management.Automation;
using TenantEncryption.MasterKeys;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A cmdlet that opens or shuts a master key, in one of its regions or all.</summary>
public abstract class MasterKeySwitchCmdlet : MasterKeyCmdlet
{
    /// <summary>Does so in all regions of a multi-Region key.</summary>
    [Parameter(HelpMessage = "Does so in all regions of a multi-Region key.")]
    public SwitchParameter AllRegions { get; set; }

    /// <summary>Writes the key as it is now.</summary>
    [Parameter(HelpMessage = "Writes the key as it is now.")]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What is done, for the question.</summary>
    protected abstract string Action { get; }

    /// <summary>Whether <c>-Force</c> answers the question.</summary>
    protected virtual bool IsForced => false;

    /// <summary>Refuses, before the question, what would be refused after it.</summary>
    /// <param name="key">The key.</param>
    /// <returns>When it is checked.</returns>
    protected virtual Task CheckAsync(MasterKey key) => Task.CompletedTask;

    /// <summary>Does it.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The key as it is then.</returns>
    protected abstract Task<MasterKey> SwitchAsync(MasterKey key);

    /// <inheritdoc/>
    protected sealed override async Task ProcessAsync()
    {
        MasterKey key = await ReadAsync().ConfigureAwait(false);
        await CheckAsync(key).ConfigureAwait(false);
        if (!await ConfirmAsync(Describe(key), Action, IsForced).ConfigureAwait(false))
        {
            return;
        }

        key = await SwitchAsync(key).ConfigureAwait(false);
        if (PassThru)
        {
            await EmitAsync(key).ConfigureAwait(false);
        }
    }
}
