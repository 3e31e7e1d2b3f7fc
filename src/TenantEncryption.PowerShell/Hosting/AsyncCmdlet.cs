using System.Management.Automation;
using TenantEncryption.Errors;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// A cmdlet whose work is asynchronous. The work runs on other threads; what it writes goes to the pipeline thread, and Ctrl+C cancels it.
/// An error while a record is processed concerns that record and the rest go on; an error before or after ends the command.
/// </summary>
public abstract class AsyncCmdlet : PSCmdlet, IDisposable
{
    private static readonly AsyncLocal<AsyncCmdlet?> Current = new();

    private readonly CancellationTokenSource _stopping = new();
    private readonly PipelineQueue _pipeline = new();
    private BinderErrors? _binderErrors;
    private bool _hadErrors;
    private bool _tenantIsArgument;

    /// <summary>The cmdlet in whose work the calling code runs, or <see langword="null"/> in background work.</summary>
    internal static AsyncCmdlet? Running => Current.Value;

    /// <summary>Cancelled by Ctrl+C, and when the pipeline wants no more.</summary>
    protected CancellationToken Cancellation => _stopping.Token;

    /// <summary>Whether an error was written, by the command or by the binder for it; asked on the pipeline thread.</summary>
    internal bool HadErrors => _hadErrors || _binderErrors is { Any: true };

    /// <summary>The record being processed: the target of its errors.</summary>
    protected virtual object? Target => null;

    /// <summary>
    /// Whether an unknown tenant ends the command: it does when it was given as an argument, and so is wrong for every record. A Get-* goes on, so that
    /// <c>if (-not (Get-… x -ErrorAction SilentlyContinue)) { New-… }</c> works, by parameter and by preference variable.
    /// </summary>
    protected virtual bool UnknownTenantEnds => _tenantIsArgument && !IsGet;

    /// <summary>Whether the record most often is done without waiting for anything, so that its work may begin on the pipeline thread.</summary>
    protected virtual bool IsRecordQuick => false;

    /// <summary>What to tell when the command is stopped; <see langword="null"/> for nothing.</summary>
    internal string? StoppedText { get; set; }

    /// <summary>Zeroes and closes what the command held.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Has the pipeline thread write a verbose line.</summary>
    /// <param name="text">The line.</param>
    internal void Tell(string text) => _pipeline.Post(() => WriteVerbose(text));

    /// <summary>Has the pipeline thread write a warning.</summary>
    /// <param name="text">The warning.</param>
    internal void Warn(string text) => _pipeline.Post(() => WriteWarning(CmdletWording.Of(text)));

    /// <summary>Has the pipeline thread show progress.</summary>
    /// <param name="progress">How far the work is.</param>
    internal void Show(ProgressRecord progress) => _pipeline.Post(() => WriteProgress(progress));

    /// <summary>What to do before the first record.</summary>
    /// <returns>When it is done.</returns>
    protected virtual Task BeginAsync() => Task.CompletedTask;

    /// <summary>What to do for each record.</summary>
    /// <returns>When it is done.</returns>
    protected virtual Task ProcessAsync() => Task.CompletedTask;

    /// <summary>What to do after the last record.</summary>
    /// <returns>When it is done.</returns>
    protected virtual Task EndAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        _binderErrors = new BinderErrors(this);
        _tenantIsArgument = MyInvocation.BoundParameters.ContainsKey("TenantId");
        Run(BeginAsync, (exception, _) => ThrowTerminatingError(exception.ToErrorRecord(Target)));
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Run(ProcessAsync, FailRecord, IsRecordQuick);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() =>
        Run(EndAsync, (exception, _) => ThrowTerminatingError(exception.ToErrorRecord(Target)));

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => _stopping.Cancel();

    /// <summary>Writes a result, as it is: a byte array stays one object.</summary>
    /// <param name="result">The result.</param>
    /// <returns>When it is queued.</returns>
    protected internal ValueTask EmitAsync(object result) =>
        _pipeline.PostResultAsync(() => WriteObject(CmdletWording.Of(result), enumerateCollection: false), Cancellation);

    /// <summary>Writes results and errors together: on the pipeline thread, once there is room.</summary>
    /// <param name="write">Writes them.</param>
    /// <returns>When it is queued.</returns>
    private protected ValueTask PostAsync(Action write) => _pipeline.PostResultAsync(write, Cancellation);

    /// <summary>Writes an error that does not end the command.</summary>
    /// <param name="exception">The error.</param>
    /// <param name="target">The record that failed.</param>
    protected void Report(TenantEncryptionException exception, object? target)
    {
        _hadErrors = true;
        _pipeline.Post(() => FailRecord(exception, target));
    }

    /// <summary>Has the pipeline thread do what only it may: ask the user, resolve a path of the session.</summary>
    /// <typeparam name="T">What comes of it.</typeparam>
    /// <param name="function">What to do.</param>
    /// <returns>What came of it.</returns>
    protected internal async Task<T> OnPipelineAsync<T>(Func<T> function)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pipeline.Post(() =>
        {
            try
            {
                completion.SetResult(function());
            }
            catch (Exception exception) when (exception is TenantEncryptionException or OperationCanceledException)
            {
                completion.SetException(exception);
            }
        });
        return await completion.Task.WaitAsync(Cancellation).ConfigureAwait(false);
    }

    /// <summary>Has the pipeline thread do what only it may.</summary>
    /// <param name="action">What to do.</param>
    /// <returns>When it is done.</returns>
    protected Task OnPipelineAsync(Action action) => OnPipelineAsync(() =>
    {
        action();
        return true;
    });

    /// <summary>Asks whether to go on, as <c>-WhatIf</c>, <c>-Confirm</c> and <c>$ConfirmPreference</c> have it.</summary>
    /// <param name="target">What it is about.</param>
    /// <param name="action">What would be done.</param>
    /// <param name="force">Whether <c>-Force</c> answers the question (unless <c>-Confirm</c> is given).</param>
    /// <returns>Whether to go on.</returns>
    /// <exception cref="TenantEncryptionException"><c>CONFIRMATION_REQUIRED</c>: no prompt can be shown.</exception>
    protected Task<bool> ConfirmAsync(string target, string action, bool force = false) =>
        OnPipelineAsync(() => new Confirmation(this).Ask(() => ShouldProcess(target, action), force));

    /// <summary>Whether the command only tells what it would do.</summary>
    /// <returns>Whether <c>-WhatIf</c> or its preference is on.</returns>
    protected Task<bool> IsWhatIfAsync() => OnPipelineAsync(() => new Confirmation(this).IsWhatIf);

    /// <summary>Asks for each of many things, in one visit to the pipeline thread; where nobody would be asked or told, it costs nothing.</summary>
    /// <typeparam name="T">What they are.</typeparam>
    /// <param name="items">The things.</param>
    /// <param name="isFree">Whether one needs no consent.</param>
    /// <param name="describe">What one is about, and what would be done.</param>
    /// <returns>Those with which to go on.</returns>
    /// <exception cref="TenantEncryptionException"><c>CONFIRMATION_REQUIRED</c>: no prompt can be shown.</exception>
    private protected Task<IReadOnlyList<T>> ConfirmEachAsync<T>(
        IReadOnlyList<T> items, Func<T, bool> isFree, Func<T, (string Target, string Action)> describe) =>
        OnPipelineAsync(() =>
        {
            var confirmation = new Confirmation(this);
            if (confirmation.IsMoot)
            {
                return items;
            }

            var agreed = new List<T>();
            foreach (T item in items)
            {
                Cancellation.ThrowIfCancellationRequested();
                (string target, string action) = describe(item);
                if (isFree(item) || confirmation.Ask(() => ShouldProcess(target, action), force: false))
                {
                    agreed.Add(item);
                }
            }

            return agreed;
        });

    /// <summary>The same with a text of its own for <c>-WhatIf</c>.</summary>
    /// <param name="description">What <c>-WhatIf</c> shows.</param>
    /// <param name="question">What the prompt asks.</param>
    /// <param name="caption">The prompt's caption.</param>
    /// <returns>Whether to go on.</returns>
    /// <exception cref="TenantEncryptionException"><c>CONFIRMATION_REQUIRED</c>: no prompt can be shown.</exception>
    protected Task<bool> ConfirmTextAsync(string description, string question, string caption) =>
        OnPipelineAsync(() => new Confirmation(this).Ask(() => ShouldProcess(description, question, caption), force: false));

    /// <summary>Asks about what the platform's vendor has confirmed, with the weight of ConfirmImpact High whatever the cmdlet's is.</summary>
    /// <param name="description">What would be done, for <c>-WhatIf</c>.</param>
    /// <param name="target">What it is about, for <c>-WhatIf</c>; <see langword="null"/> where the description says it.</param>
    /// <param name="question">What the prompt asks.</param>
    /// <param name="caption">The prompt's caption.</param>
    /// <returns>Whether to go on.</returns>
    /// <exception cref="TenantEncryptionException"><c>CONFIRMATION_REQUIRED</c>: no prompt can be shown.</exception>
    protected Task<bool> ConfirmHighAsync(string description, string? target, string question, string caption) =>
        OnPipelineAsync(() => new Confirmation(this).AskForGood(
            () => target is null ? ShouldProcess(description, question, caption) : ShouldProcess(target, description),
            () => ShouldContinue(question, caption),
            force: false));

    /// <summary>Asks the user to type a phrase, with the weight of ConfirmImpact High.</summary>
    /// <param name="target">What it is about.</param>
    /// <param name="action">What would be done.</param>
    /// <param name="phrase">The phrase, exactly.</param>
    /// <param name="force">Whether <c>-Force</c> answers the question (unless <c>-Confirm</c> is given).</param>
    /// <returns>Whether to go on.</returns>
    /// <exception cref="TenantEncryptionException"><c>CONFIRMATION_REQUIRED</c>: no prompt can be shown.</exception>
    protected Task<bool> ConfirmPhraseAsync(string target, string action, string phrase, bool force) =>
        OnPipelineAsync(() =>
        {
            var confirmation = new Confirmation(this);
            return confirmation.AskForGood(
                () => ShouldProcess(target, action), () => confirmation.ReadPhrase($"{action}: {target}.", phrase), force);
        });

    /// <summary>Zeroes and closes what the command held.</summary>
    /// <param name="disposing">Whether it is called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stopping.Dispose();
            _pipeline.Dispose();
        }
    }

    /// <summary>Runs asynchronous work of a phase to its end on the pipeline thread.</summary>
    private void Run(Func<Task> work, Action<TenantEncryptionException, object?> fail, bool beginHere = false)
    {
        TenantEncryptionException? error = null;
        bool cancelled = false;
        try
        {
            _pipeline.Run(
                async () =>
                {
                    Current.Value = this;
                    try
                    {
                        await work().ConfigureAwait(false);
                    }
                    catch (Exception exception) when (exception is OperationCanceledException or TenantEncryptionException { Code: ErrorCodes.Cancelled }
                        && Cancellation.IsCancellationRequested)
                    {
                        cancelled = true;
                    }
                    catch (Exception exception)
                    {
                        error = TenantEncryptionException.Of(exception);
                    }
                },
                _stopping.Cancel,
                beginHere);
        }
        finally
        {
            if (StoppedText is { } text && Cancellation.IsCancellationRequested)
            {
                // A pipeline that is stopping takes no more output; its host does.
                StoppedText = null;
                Host?.UI?.WriteWarningLine(text);
            }
        }

        if (cancelled)
        {
            throw new PipelineStoppedException();
        }

        if (error is not null)
        {
            fail(error, Target);
        }
    }

    private bool IsGet => GetType().GetCustomAttributes(typeof(CmdletAttribute), inherit: false).OfType<CmdletAttribute>().Single().VerbName == VerbsCommon.Get;

    /// <summary>Writes an error; called on the pipeline thread.</summary>
    /// <param name="exception">The error.</param>
    /// <param name="target">The record that failed.</param>
    private protected void FailRecord(TenantEncryptionException exception, object? target)
    {
        _hadErrors = true;
        ErrorRecord record = exception.ToErrorRecord(target);
        if (exception.Code == ErrorCodes.TenantNotFound && UnknownTenantEnds)
        {
            ThrowTerminatingError(record);
        }

        WriteError(record);
    }
}
