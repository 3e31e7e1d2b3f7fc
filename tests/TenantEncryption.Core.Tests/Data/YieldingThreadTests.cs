using System.Globalization;
using TenantEncryption.Data.Batches;

namespace TenantEncryption.Tests.Data;

public sealed class YieldingThreadTests
{
    [Fact]
    public async Task What_runs_on_it_leaves_the_processor_to_others_and_comes_back_to_it_for_each_piece_of_work()
    {
        using var thread = new YieldingThread();
        var names = new List<string?>();
        int nice = 0;
        for (int i = 0; i < 3; i++)
        {
            await thread.RunAsync(async () =>
            {
                names.Add(Thread.CurrentThread.Name);
                nice = OperatingSystem.IsLinux() ? NiceOfThisThread() : 10;
                await Task.Yield();
            });
        }

        Assert.Equal(["Yielding", "Yielding", "Yielding"], names);
        Assert.Equal(10, nice);
        Assert.NotEqual("Yielding", Thread.CurrentThread.Name);
    }

    [Fact]
    public async Task A_failure_of_the_work_is_the_callers()
    {
        using var thread = new YieldingThread();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await thread.RunAsync(() => throw new InvalidOperationException()));
    }

    // proc(5): the 19th field, after the name in brackets.
    private static int NiceOfThisThread() => int.Parse(File.ReadAllText("/proc/thread-self/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[16], CultureInfo.InvariantCulture);
}
