using TenantEncryption.Core.Tests.Keys.Root;
using TenantEncryption.Errors;
using TenantEncryption.Files;

namespace TenantEncryption.Tests.Data;

/// <summary>Batches have as many files as the process may open.</summary>
public sealed class OpenFileBudgetTests
{
    [Fact]
    public void Where_nothing_limits_them_batches_get_what_they_want()
    {
        var budget = new OpenFileBudget(() => null, () => 100);

        Assert.Equal([512, 512, 512], Enumerable.Range(0, 3).Select(_ => budget.Take(512).Files));
    }

    [Theory]
    [InlineData(1_024)]
    [InlineData(512)]
    [InlineData(256)]
    public void Outputs_and_the_sources_read_meanwhile_never_are_more_than_the_limit_leaves(int limit)
    {
        const int Open = 120;
        var budget = new OpenFileBudget(() => limit, () => Open);
        var underWay = new Queue<OpenFileShare>();
        for (int batch = 0; batch < 20; batch++)
        {
            underWay.Enqueue(budget.Take(512));
            int outputs = underWay.Sum(share => share.Files);
            int sources = underWay.Last().Files;
            Assert.InRange(Open + outputs + sources, 0, limit);
            if (underWay.Count == 3)
            {
                underWay.Dequeue().Dispose();
            }
        }
    }

    [Fact]
    public void Nobody_waits_and_each_gets_one_file_where_none_is_left()
    {
        var budget = new OpenFileBudget(() => 100, () => 99);

        Assert.Equal([1, 1, 1, 1], Enumerable.Range(0, 4).Select(_ => budget.Take(512).Files));
    }

    [Fact]
    public void What_is_open_is_counted_anew_when_nothing_is_shared_out()
    {
        int open = 100;
        var budget = new OpenFileBudget(() => 348, () => open);

        OpenFileShare first = budget.Take(512);
        first.Dispose();
        first.Dispose();
        open = 200;

        Assert.Equal((100, 50), (first.Files, budget.Take(512).Files));
    }

    [SkippableUnixFact]
    public void Who_has_no_more_descriptors_is_told_so_and_not_of_free_space()
    {
        foreach (int error in new[] { 23, 24 })
        {
            TenantEncryptionException told = FileFailure.Of("/a", "written", new IOException("Too many open files", error));
            Assert.Equal(ErrorCodes.StorageFailed, told.Code);
            Assert.Contains("ulimit -n", told.Remedy, StringComparison.Ordinal);
            Assert.DoesNotContain("free space", told.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_limit_of_this_process_is_known_where_there_is_one() => Assert.Equal(OperatingSystem.IsWindows(), OpenFileLimit.OfProcess() is null);
}
