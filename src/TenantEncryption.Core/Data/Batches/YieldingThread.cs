using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace TenantEncryption.Data.Batches;

/// <summary>
/// A thread that yields to others: what is scheduled on it has a processor as far as threads of ordinary priority leave one. Not more yielding than that, as
/// whoever waits for it (the garbage collector, when it stops the process's threads) would wait for as long as the machine is busy.
/// </summary>
internal sealed class YieldingThread : TaskScheduler, IDisposable
{
    // Ten percent of what a thread of ordinary priority has, where both want a processor: setpriority(2), sched(7).
    private const int Nice = 10;

    private readonly BlockingCollection<Task> _tasks = [];
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    public YieldingThread()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "Yielding", Priority = ThreadPriority.Lowest };
        _thread.Start();
    }

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Does work on the thread, as far as it waits for nothing.</summary>
    public async ValueTask RunAsync(Func<ValueTask> work) =>
        await Task.Factory.StartNew(() => work().AsTask(), CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap().ConfigureAwait(false);

    /// <inheritdoc/>
    public void Dispose()
    {
        _tasks.CompleteAdding();
        _thread.Join();
        _tasks.Dispose();
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task) => _tasks.Add(task);

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => Thread.CurrentThread == _thread && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [.. _tasks];

    private void Run()
    {
        if (OperatingSystem.IsLinux())
        {
            const int OfThisThread = 0; // PRIO_PROCESS with 0: of the calling thread (NPTL)
            _ = setpriority(OfThisThread, 0, Nice);
        }
        else if (OperatingSystem.IsMacOS())
        {
            const int OfThread = 3; // PRIO_DARWIN_THREAD
            const int Background = 0x1000; // PRIO_DARWIN_BG
            _ = setpriority(OfThread, 0, Background);
        }

        foreach (Task task in _tasks.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setpriority(int which, uint who, int priority);
}
