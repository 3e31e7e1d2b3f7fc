using System.Globalization;
using BenchmarkDotNet.Running;
using TenantEncryption.Benchmarks;
using TenantEncryption.Benchmarks.Fleet;

// The peak first: what the others leave in the pools and the runtime would count as idle.
if (args is ["reencrypt-work", var worked, var way])
{
    await ReencryptBenchmark.WorkAsync(worked, way);
    return 0;
}

string[] names = args.Length > 0 && args[0] != "all" ? [args[0]] : ["peak", "files", "memory", "values", "small-files"];
var settings = new Settings(args.Skip(1).ToArray());
foreach (string name in names)
{
    switch (name)
    {
        case "files":
            await FileBenchmark.RunAsync(settings);
            break;
        case "memory":
            await MemoryBenchmark.RunAsync(settings);
            break;
        case "values":
            await ValueBenchmark.RunAsync(settings);
            break;
        case "session-values":
            await SessionValueBenchmark.RunAsync(settings);
            break;
        case "small-files":
            await SmallFilesBenchmark.RunAsync(settings);
            break;
        case "service-files":
            await ServiceFilesBenchmark.RunAsync(settings);
            break;
        case "large-folder":
            await LargeFolderBenchmark.RunAsync(settings);
            break;
        case "state":
            await StateBenchmark.RunAsync(settings);
            break;
        case "catalog":
            await CatalogBenchmark.RunAsync(settings);
            break;
        case "catalog-counts":
            await CatalogBenchmark.RunCountsAsync(settings);
            break;
        case "stores":
            await StoreBenchmark.RunAsync(settings);
            break;
        case "objects":
            await ObjectBenchmark.RunAsync(settings);
            break;
        case "leases":
            await LeaseBenchmark.RunAsync(settings);
            break;
        case "reencrypt":
            await ReencryptBenchmark.RunAsync(settings);
            break;
        case "rewrap":
            await RewrapBenchmark.RunAsync(settings);
            break;
        case "fleet":
            if (!await FleetBenchmark.RunAsync(settings))
            {
                return 1;
            }

            break;
        case "peak":
            await PeakBenchmark.RunAsync(settings);
            break;
        case "micro":
            BenchmarkSwitcher.FromAssembly(typeof(Settings).Assembly).Run(args.Skip(1).ToArray(), MicroBenchmarks.Settings);
            break;
        default:
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"'{name}' is none of peak, files, memory, values, small-files, all, session-values, service-files, large-folder, state, catalog, catalog-counts, objects, leases, reencrypt, rewrap, fleet, micro."));
            return 2;
    }
}

return 0;
