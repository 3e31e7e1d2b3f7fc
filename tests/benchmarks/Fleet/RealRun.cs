using System.Globalization;
using TenantEncryption.Migration;

namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>
/// A platform of a thousandth of the tenants, on this machine: simulated with what single pieces cost, and then run. The simulation sees nothing of the run but
/// how many processors other programs had meanwhile.
/// </summary>
internal static class RealRun
{
    private const int Threads = 2;

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(Settings settings)
    {
        var platform = new Platform
        {
            Tenants = (long)settings.Number("tenants", 10),
            Objects = (long)settings.Number("objects", 4_000),
            MebiBytes = settings.Number("mib", 0.0625),
            Keks = (int)settings.Number("keks", 10),
            Workers = 1,
            Cores = Environment.ProcessorCount,
            Threads = Threads,
            Runners = Environment.ProcessorCount,
            Partitions = 1e9,
            KmsRate = double.PositiveInfinity,
            Gigabits = 1e9,
            IsOneMachine = true,
        };
        await using FleetScene scene = await FleetScene.StartAsync(settings);
        Costs costs = await new CostMeasurement(scene, platform).RunAsync();
        FleetReport.Inputs(platform, costs);
        await FillAsync(scene, platform);
        Report.Title(string.Create(
            CultureInfo.InvariantCulture,
            $"{platform.Objects:N0} objects of {platform.MebiBytes * 1024:0} KiB, {platform.Tenants} tenants with {platform.Keks} keys each, on this machine; {platform.Runners} migrations at a time, {Threads} in hand in each"));
        Report.Table(
            "", "simulated s, processors to itself", "simulated s, those that others left", "real s", "real of the latter", "simulated processor s", "real", "processors that others had", "bottleneck, simulated");
        foreach (MigrationMode mode in (MigrationMode[])[MigrationMode.RewrapKek, MigrationMode.Reencrypt])
        {
            await CompareAsync(scene, platform, costs, mode);
        }
    }

    private static async Task CompareAsync(FleetScene scene, Platform platform, Costs costs, MigrationMode mode)
    {
        (double before, double machine) = (Own(scene), Machine());
        Measurement took = await Measurement.OfAsync(() => Parallel.ForAsync(
            0,
            (int)platform.Tenants,
            new ParallelOptions { MaxDegreeOfParallelism = platform.Runners },
            async (tenant, _) => await scene.MigrateAsync(Name(tenant), mode, Threads)));
        double own = Own(scene) - before;
        double others = Math.Max(0, (Machine() - machine - own) / took.Seconds);
        (Outcome alone, double processor) = Simulate(platform, costs, mode);
        (Outcome left, _) = Simulate(platform with { Cores = Math.Max(0.05, platform.Cores - others) }, costs, mode);
        Report.Row(
            mode.ToString(),
            Text($"{alone.Seconds:0.0}"),
            Text($"{left.Seconds:0.0}"),
            Text($"{took.Seconds:0.0}"),
            Text($"{took.Seconds / left.Seconds:0.00}"),
            Text($"{processor:0.0}"),
            Text($"{own:0.0}"),
            Text($"{others:0.00} of {platform.Cores:0}"),
            Text($"{left.Bottleneck}, {left.Used[left.Bottleneck]:P0} used"));
    }

    private static (Outcome Outcome, double Processor) Simulate(Platform platform, Costs costs, MigrationMode mode)
    {
        var model = new FleetModel(platform, costs);
        return mode == MigrationMode.RewrapKek
            ? (model.Rewrap(), (model.WorkerOfKek + model.StoreOfKek) * platform.AllKeks)
            : (model.Reencrypt(0), (model.WorkerOfObject + model.StoreOfObject + costs.EndpointOfObject) * platform.Objects);
    }

    private static async Task FillAsync(FleetScene scene, Platform platform)
    {
        int ofKey = (int)(platform.Objects / platform.AllKeks);
        for (int tenant = 0; tenant < platform.Tenants; tenant++)
        {
            await scene.MakeTenantAsync(Name(tenant));

            for (int key = 0; key < platform.Keks; key++)
            {
                if (key > 0)
                {
                    await scene.Service.Keys.RotateAsync(Name(tenant));
                }

                await scene.ProtectAsync(Name(tenant), key * ofKey, ofKey, (int)platform.Bytes);
            }
        }
    }

    private static double Own(FleetScene scene) => Environment.CpuUsage.TotalTime.TotalSeconds + scene.StoreSeconds + scene.EndpointSeconds;

    // user, nice, system; irq, softirq and steal after idle and iowait (proc(5)'s stat).
    private static double Machine()
    {
        if (!Neighbours.CanBeSeen)
        {
            return double.NaN;
        }

        long[] all = [.. File.ReadLines("/proc/stat").First()[5..].Split(' ').Select(field => long.Parse(field, CultureInfo.InvariantCulture))];
        return (all[0] + all[1] + all[2] + all[5] + all[6] + all[7]) / 100.0;
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"tenant-{number:0000}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
