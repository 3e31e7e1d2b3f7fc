using System.Globalization;

namespace TenantEncryption.LocalKms.Faults;

/// <summary>The text form of a fault plan, for the command line: <c>throttle=0.3,5xx=0.1,reset=0.05,latency=20ms,seed=7</c>.</summary>
internal static class FaultOption
{
    public const string Usage =
        "seed=N  throttle=SHARE  5xx=SHARE  reset=SHARE  drop=SHARE  expired=SHARE  rate=CALLS-PER-SECOND  latency=20ms  jitter=10ms  "
        + "down=REGION+REGION  only=OPERATION+OPERATION  in=REGION+REGION  policy-delay=2s  grant-delay=2s  region-delay=2s  usage-delay=2s";

    /// <exception cref="ArgumentException">A part is not understood.</exception>
    public static FaultPlan Parse(string text)
    {
        var plan = new FaultPlan();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            plan = part.Split('=', 2) is [var name, var value] ? Apply(plan, name, value) : throw Unknown(part);
        }

        plan.Validate();
        return plan;
    }

    private static FaultPlan Apply(FaultPlan plan, string name, string value) => name switch
    {
        "seed" => plan with { Seed = (int)Number(value) },
        "throttle" => plan with { Throttle = Number(value) },
        "5xx" => plan with { ServerError = Number(value) },
        "reset" => plan with { Reset = Number(value) },
        "drop" => plan with { Drop = Number(value) },
        "expired" => plan with { ExpiredCredentials = Number(value) },
        "rate" => plan with { CallsPerSecond = Number(value) },
        "latency" => plan with { Latency = Time(value) },
        "jitter" => plan with { LatencyJitter = Time(value) },
        "down" => plan with { RegionsDown = [.. value.Split('+')] },
        "only" => plan with { Operations = [.. value.Split('+')] },
        "in" => plan with { Regions = [.. value.Split('+')] },
        "policy-delay" => plan with { PolicyDelay = Time(value) },
        "grant-delay" => plan with { GrantDelay = Time(value) },
        "region-delay" => plan with { RegionDelay = Time(value) },
        "usage-delay" => plan with { UsageDelay = Time(value) },
        _ => throw Unknown(name),
    };

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : throw Unknown(text);

    private static TimeSpan Time(string text) =>
        text.EndsWith("ms", StringComparison.Ordinal) ? TimeSpan.FromMilliseconds(Number(text[..^2]))
        : text.EndsWith('s') ? TimeSpan.FromSeconds(Number(text[..^1]))
        : throw Unknown(text);

    private static ArgumentException Unknown(string part) => new($"'{part}' is not a fault. Known: {Usage}");
}
