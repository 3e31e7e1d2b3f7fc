using TenantEncryption.LocalKms.Faults;
using TenantEncryption.Policies.Likeness;

namespace TenantEncryption.LocalKms;

/// <summary>The options of the program.</summary>
internal static class CommandLine
{
    public const string Usage = $"""
        Usage: tenantencryption-localkms [--urls http://127.0.0.1:PORT] [--data <folder>] [--identities <file>]
                                         [--log <file>] [--fault <faults>] [--allow-remote true]

          --urls          The address to listen on (default http://127.0.0.1:0: any free port; the ready line tells it).
          --data          Keeps keys, aliases, grants and principals in this folder; without it they end with the process.
          --identities    A JSON file of principals with their access keys and policies.
          --log           Appends every call to this file as a CloudTrail record (default: cloudtrail.jsonl in the data folder).
          --fault         What goes wrong, such as throttle=0.3,5xx=0.1,reset=0.05,seed=7. Known: {FaultOption.Usage}
          --allow-remote  Allows an address that other machines reach. Keys here protect nothing.
        """;

    private static readonly string[] Known = ["--urls", "--data", "--identities", "--log", "--fault", "--allow-remote"];

    /// <summary>Whether only the usage is asked for.</summary>
    public static bool AsksForHelp(string[] args) => args.Any(arg => arg is "--help" or "-h" or "-?" or "/?");

    /// <exception cref="ArgumentException">An option is unknown or has no value.</exception>
    public static LocalKmsOptions Parse(string[] args)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var rest = new Queue<string>(args);
        while (rest.TryDequeue(out string? option))
        {
            string[] parts = option.Split('=', 2);
            if (!Known.Contains(parts[0], StringComparer.OrdinalIgnoreCase))
            {
                throw new ArgumentException($"There is no option {parts[0]}. Did you mean {Nearest(parts[0])}?");
            }

            values[parts[0][2..]] = parts.Length == 2 ? parts[1]
                : rest.TryDequeue(out string? value) ? value
                : throw new ArgumentException($"The option {option} has no value.");
        }

        return new LocalKmsOptions
        {
            Url = values.GetValueOrDefault("urls") ?? new LocalKmsOptions().Url,
            DataFolder = values.GetValueOrDefault("data"),
            IdentityFile = values.GetValueOrDefault("identities"),
            EventLog = values.GetValueOrDefault("log"),
            Faults = values.GetValueOrDefault("fault") is { } faults ? FaultOption.Parse(faults) : FaultPlan.None,
            AllowRemote = bool.TryParse(values.GetValueOrDefault("allow-remote"), out bool allowed) && allowed,
        };
    }

    private static string Nearest(string option) =>
        Known.Append("--help").MinBy(known => TextDistance.Of(option.ToUpperInvariant(), known.ToUpperInvariant()))!;
}
