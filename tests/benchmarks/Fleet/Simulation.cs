namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>Goes through time step by step: in each the stage with the least rate decides how much is done, until all is. Nothing in it is random.</summary>
internal static class Simulation
{
    private const double StepsOfTheIdeal = 5_000;
    private const double LongestStep = 60;

    /// <summary>Does the work.</summary>
    /// <param name="items">How many items there are.</param>
    /// <param name="stages">What they go through.</param>
    /// <param name="ramp">What grows in time, and the stages that it is the capacity of.</param>
    /// <returns>How it went.</returns>
    public static Outcome Run(double items, IReadOnlyList<Stage> stages, (PartitionRamp Of, string[] Stages)? ramp = null)
    {
        var saturated = stages.ToDictionary(stage => stage.Name, _ => 0.0);
        var used = stages.ToDictionary(stage => stage.Name, _ => 0.0);
        var there = stages.ToDictionary(stage => stage.Name, _ => 0.0);
        double step = Math.Min(LongestStep, items / stages.Min(stage => stage.Rate) / StepsOfTheIdeal);
        double seconds = 0;
        for (double left = items; left > 0;)
        {
            Stage slowest = stages.MinBy(stage => stage.Rate)!;
            double rate = slowest.Rate;
            double took = Math.Min(step, left / rate);
            foreach (Stage stage in stages)
            {
                used[stage.Name] += rate * took * stage.Demand;
                there[stage.Name] += took * stage.Capacity();
            }

            saturated[slowest.Name] += took;
            seconds += took;

            // What is left after a last step that ends all is not to be more than nothing.
            left = took < step ? 0 : left - (rate * took);
            ramp?.Of.Advance(took, ramp.Value.Stages.Contains(slowest.Name));
        }

        return new Outcome(seconds, saturated, stages.ToDictionary(stage => stage.Name, stage => used[stage.Name] / there[stage.Name]));
    }
}
