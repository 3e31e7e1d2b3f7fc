using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Tests;

/// <summary>What carries results from asynchronous work to the pipeline thread.</summary>
public class PipelineQueueTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_work_posts_is_done_in_order_on_the_thread_that_runs_it(bool beginHere)
    {
        using var queue = new PipelineQueue();
        int thread = Environment.CurrentManagedThreadId;
        var done = new List<int>();
        queue.Run(
            async () =>
            {
                for (int i = 0; i < 1000; i++)
                {
                    int number = i;
                    await queue.PostResultAsync(
                        () =>
                        {
                            Assert.Equal(thread, Environment.CurrentManagedThreadId);
                            done.Add(number);
                        },
                        CancellationToken.None);
                }
            },
            () => Assert.Fail("nothing failed"),
            beginHere);
        Assert.Equal(Enumerable.Range(0, 1000), done);
    }

    [Fact]
    public void Work_waits_for_a_consumer_that_is_slower()
    {
        using var queue = new PipelineQueue();
        int ahead = 0;
        int most = 0;
        queue.Run(
            async () =>
            {
                for (int i = 0; i < 2000; i++)
                {
                    most = Math.Max(most, Interlocked.Increment(ref ahead));
                    await queue.PostResultAsync(() => Interlocked.Decrement(ref ahead), CancellationToken.None);
                }
            },
            () => { },
            beginHere: false);
        Assert.InRange(most, 1, 130);
    }

    [Fact]
    public void When_writing_fails_the_work_is_stopped_and_waited_for_and_the_failure_comes_out()
    {
        using var queue = new PipelineQueue();
        using var stopping = new CancellationTokenSource();
        bool ended = false;
        Assert.Throws<InvalidTimeZoneException>(() => queue.Run(
            async () =>
            {
                try
                {
                    while (true)
                    {
                        await queue.PostResultAsync(() => throw new InvalidTimeZoneException(), stopping.Token);
                    }
                }
                catch (OperationCanceledException)
                {
                    ended = true;
                }
            },
            stopping.Cancel,
            beginHere: false));
        Assert.True(ended);
    }

    [Fact]
    public void What_is_posted_after_the_end_is_dropped()
    {
        var queue = new PipelineQueue();
        queue.Dispose();
        queue.Post(() => Assert.Fail("nobody would see it"));
    }
}
