using TenantEncryption.Migration;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Work on migrations: in this process, to the end, or as a job.</summary>
internal static class MigrationRuns
{
    /// <summary>How a migration is worked on.</summary>
    /// <param name="throttleLimit">How many keys, or files, at the same time; 0 when not given.</param>
    /// <param name="lowPriority">Whether it yields to other work.</param>
    public static MigrationRunOptions Options(int throttleLimit, bool lowPriority) =>
        new() { DegreeOfParallelism = throttleLimit == 0 ? null : throttleLimit, LowPriority = lowPriority };

    /// <summary>Works on a migration, and writes its failed items as errors; or begins a job, which does.</summary>
    /// <param name="cmdlet">Whose work it is.</param>
    /// <param name="asJob">Whether as a job.</param>
    /// <param name="work">The work.</param>
    /// <returns>The migration at the end; <see langword="null"/> when a job was written.</returns>
    public static async Task<KeyMigration?> RunAsync(
        TenantCmdlet cmdlet, bool asJob, Func<KeyMigrationService, IProgress<KeyMigration>, CancellationToken, Task<KeyMigration>> work)
    {
        if (!asJob)
        {
            using var progress = new MigrationProgress(cmdlet);
            KeyMigration migration = await work(cmdlet.Core.Migrations, progress, cmdlet.StopToken).ConfigureAwait(false);
            await MigrationFailures.ReportAsync(cmdlet.Core, migration, cmdlet.ReportItem, cmdlet.StopToken).ConfigureAwait(false);
            return migration;
        }

        StoreUse use = await cmdlet.UseStoreAsync().ConfigureAwait(false);
        var job = new MigrationJob(cmdlet.CommandLine, use, (progress, stop) => work(use.Service.Migrations, progress, stop));
        await cmdlet.AddJobAsync(job).ConfigureAwait(false);
        job.Begin();
        await cmdlet.EmitAsync(job).ConfigureAwait(false);
        return null;
    }
}
