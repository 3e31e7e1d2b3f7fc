using System.Management.Automation;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A cmdlet that works on the runspace's store and holds it open while it runs.</summary>
public abstract class TenantCmdlet : AsyncCmdlet
{
    private StoreAddress? _store;
    private StoreUse? _use;

    /// <summary>What Core offers on the store.</summary>
    protected TenantEncryptionService Service => _use!.Service;

    /// <summary>Whether this run works on the store. One that does not makes none, either.</summary>
    protected virtual bool NeedsStore => true;

    /// <inheritdoc/>
    protected override async Task BeginAsync()
    {
        if (!NeedsStore)
        {
            return;
        }

        _store = await OnPipelineAsync(() => RunspaceConnection.Current).ConfigureAwait(false);
        _use = await OpenStores.UseAsync(_store, Cancellation).ConfigureAwait(false);
    }

    /// <summary>Asks whether to make a provider its tenant's Active one: with the weight of ConfirmImpact High where the platform has that confirmed.</summary>
    /// <param name="provider">The provider; that of a draft, too.</param>
    /// <param name="action">What would be done.</param>
    /// <returns>Whether to go on.</returns>
    /// <exception cref="TenantEncryptionException"><c>CONFIRMATION_REQUIRED</c>: no prompt can be shown.</exception>
    protected async Task<bool> ConfirmChangeAsync(KeyProvider provider, string action)
    {
        string target = $"{provider.Name} of tenant {provider.TenantId}";
        Task<bool> confirm = await Service.Providers.FindQuestionAsync(provider, Cancellation).ConfigureAwait(false) is { } question
            ? ConfirmHighAsync($"{action}. {question}", target, $"{action}: {target}. {question}", "Confirm")
            : ConfirmAsync(target, action);
        return await confirm.ConfigureAwait(false);
    }

    /// <summary>What Core offers, for what several cmdlets share.</summary>
    internal TenantEncryptionService Core => Service;

    /// <summary>Cancelled by Ctrl+C.</summary>
    internal CancellationToken StopToken => Cancellation;

    /// <summary>What was typed, for the list of jobs.</summary>
    internal string CommandLine => MyInvocation.Line is { Length: > 0 } line ? line.Trim() : MyInvocation.MyCommand.Name;

    /// <summary>Another stay in the store, which outlives the command.</summary>
    internal Task<StoreUse> UseStoreAsync() => OpenStores.UseAsync(_store!, CancellationToken.None);

    /// <summary>Adds a job to those of the session.</summary>
    /// <param name="job">The job.</param>
    internal Task AddJobAsync(Job job) => OnPipelineAsync(() => JobRepository.Add(job));

    /// <summary>Writes an error that does not end the command.</summary>
    /// <param name="exception">The error.</param>
    /// <param name="target">The item that failed.</param>
    internal void ReportItem(TenantEncryptionException exception, object? target) => Report(exception, target);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _use is { } use)
        {
            Task.Run(() => use.DisposeAsync().AsTask()).GetAwaiter().GetResult();
        }

        base.Dispose(disposing);
    }
}
