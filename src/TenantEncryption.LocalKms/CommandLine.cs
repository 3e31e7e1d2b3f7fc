using Microsoft.Extensions.Configuration.CommandLine;
using TenantEncryption.LocalKms.Faults;

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

    private static readonly string[] Known = ["urls", "data", "identities", "log", "fault", "allow-remote"];

    /// <exception cref="ArgumentException">An option is unknown or has no value.</exception>
    public static LocalKmsOptions Parse(string[] args)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        CommandLineConfigurationProvider provider = new(args);
        provider.Load();
        foreach (string key in provider.GetChildKeys([], parentPath: null))
        {
            if (!Known.Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                throw new ArgumentException($"There is no option --{key}.");
            }

            values[key] = provider.TryGet(key, out string? value) ? value : null;
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
}
