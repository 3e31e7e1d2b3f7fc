using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using TenantEncryption.Migration;

namespace TenantEncryption.Worker;

/// <summary>
/// Joins every Reencrypt that somebody started, one after the other, until the service is stopped. A worker that is killed loses nothing: what it had claimed
/// falls to the others when its session is over.
/// </summary>
internal sealed partial class MigrationWork(TenantEncryptionService encryption, IOptions<MigrationWorkOptions> options, ILogger<MigrationWork> log) : BackgroundService
{
    /// <summary>The name of its meter.</summary>
    public const string MeterName = "TenantEncryption.Worker";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Joined = Meter.CreateCounter<long>("tenantencryption.worker.migrations", "{migration}", "Migrations that this worker joined, by how that ended.");

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval);
        do
        {
            try
            {
                while (await JoinAllAsync(stoppingToken))
                {
                    // Others may have been started meanwhile.
                }
            }
            catch (TenantEncryptionException failure)
            {
                // The store may be away: it is asked again, and /health says so meanwhile. A stop is no failure.
                if (!stoppingToken.IsCancellationRequested)
                {
                    LogFailure(log, failure.Code, failure.Message);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // The one that the fewest work on comes first: many workers then open the keys of few tenants each.
    private async Task<bool> JoinAllAsync(CancellationToken stoppingToken)
    {
        bool worked = false;
        var refused = new HashSet<string>(StringComparer.Ordinal);
        while (await encryption.Migrations.FindToJoinAsync(refused, stoppingToken) is { } migration)
        {
            if (await JoinAsync(migration, stoppingToken))
            {
                worked = true;
            }
            else
            {
                refused.Add(migration.Id);
            }
        }

        return worked;
    }

    private async Task<bool> JoinAsync(KeyMigration migration, CancellationToken stoppingToken)
    {
        string outcome = "completed";
        try
        {
            LogJoin(log, migration.Id, migration.TenantId);
            MigrationRunOptions how = new() { LowPriority = options.Value.LowPriority };
            if (options.Value.ThrottleLimit > 0)
            {
                how = how with { DegreeOfParallelism = options.Value.ThrottleLimit };
            }

            KeyMigration ended = await encryption.Migrations.JoinAsync(migration.Id, how, cancellationToken: stoppingToken);

            // What is left may be out of this machine's reach.
            outcome = ended.State == MigrationState.Completed ? outcome : "left";
        }
        catch (TenantEncryptionException failure) when (!stoppingToken.IsCancellationRequested)
        {
            // It ended meanwhile, or can't go on: who started it is told, and the next one may well go on.
            outcome = failure.Code;
            LogEnd(log, migration.Id, failure.Code, failure.Message);
        }

        Joined.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        return outcome == "completed";
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Joins the migration {Migration} of tenant {Tenant}.")]
    private static partial void LogJoin(ILogger log, string migration, string tenant);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "The migration {Migration} ended with {Code}: {Reason}")]
    private static partial void LogEnd(ILogger log, string migration, string code, string reason);

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "{Code}: {Reason}")]
    private static partial void LogFailure(ILogger log, string code, string reason);
}
