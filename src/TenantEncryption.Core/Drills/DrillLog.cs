using TenantEncryption.Providers;

namespace TenantEncryption.Drills;

/// <summary>The steps of a drill as they are made.</summary>
internal sealed class DrillLog(TimeProvider time, IProgress<string>? progress)
{
    private readonly List<DrillStep> _steps = [];

    /// <summary>The steps so far.</summary>
    public IReadOnlyList<DrillStep> Steps => _steps;

    /// <summary>Whether a step failed.</summary>
    public bool HasFailed => _steps.Any(step => step.Outcome == CheckOutcome.Failed);

    /// <summary>Says what is being done now.</summary>
    public void Tell(string what) => progress?.Report(what);

    /// <summary>Makes a step whose failure is a result.</summary>
    /// <returns>Whether it succeeded.</returns>
    public async Task<bool> TryAsync(string name, string? region, Func<Task<string>> work)
    {
        Tell(region is null ? name : $"{name} in {region}");
        DateTimeOffset begun = time.GetUtcNow();
        long timestamp = time.GetTimestamp();
        try
        {
            string observed = await work().ConfigureAwait(false);
            Add(new DrillStep { Name = name, Region = region, Time = begun, Elapsed = time.GetElapsedTime(timestamp), Observed = observed });
            return true;
        }
        catch (TenantEncryptionException exception)
        {
            Add(new DrillStep
            {
                Name = name,
                Region = region,
                Outcome = CheckOutcome.Failed,
                Code = exception.Code,
                Time = begun,
                Elapsed = time.GetElapsedTime(timestamp),
                Observed = exception.Detail,
            });
            return false;
        }
    }

    /// <summary>Adds something worth knowing.</summary>
    public void Warn(string name, string? region, string? code, string observed) =>
        Add(new DrillStep { Name = name, Region = region, Outcome = CheckOutcome.Warning, Code = code, Time = time.GetUtcNow(), Observed = observed });

    /// <summary>Adds something that was not done.</summary>
    public void Skip(string name, string observed) =>
        Add(new DrillStep { Name = name, Outcome = CheckOutcome.Skipped, Code = null, Time = time.GetUtcNow(), Observed = observed });

    /// <summary>Adds a step.</summary>
    public void Add(DrillStep step) => _steps.Add(step);
}
