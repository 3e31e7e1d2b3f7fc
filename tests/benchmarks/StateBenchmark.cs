using System.Globalization;
using Newtonsoft.Json.Linq;
using TenantEncryption.Aws;
using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Events;
using TenantEncryption.Keys.Root;
using TenantEncryption.Sqlite;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Benchmarks;

/// <summary>What it costs that the store can't lie: checks of a tenant's state, tenants made, the log verified. Each part has a store of its own.</summary>
internal sealed class StateBenchmark(string folder, Settings settings)
{
    private const int Tenants = 2_000;
    private const int Keys = 1_000;
    private const int Events = 1_000_000;
    private const int EventsOfChange = 10_000;
    private const int Leases = 1_000;

    private int _stores;

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(Settings settings)
    {
        string folder = Directory.CreateDirectory(Path.Combine(settings.Folder, "tenc-benchmark-" + Environment.ProcessId)).FullName;
        try
        {
            Report.Title($"The state of tenants, checked, in {settings.Folder}, medians of {settings.Rounds}");
            Report.Table("work", "median", "least", "processor time");
            await new StateBenchmark(folder, settings).MeasureAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"tenant-{number:0000}");

    private async Task MeasureAsync()
    {
        if (settings.Wants("tenants"))
        {
            await TenantsAsync();
        }

        if (settings.Wants("keys"))
        {
            await KeysAsync();
        }

        if (settings.Wants("events"))
        {
            await EventsAsync();
        }
    }

    private Task<TenantEncryptionService> OpenAsync(string name) => TenantEncryptionService.OpenAsync(
        new SqliteStore(Path.Combine(folder, name, "store")),
        new AwsKms(),
        new TenantEncryptionOptions { RootKeyVault = new FileRootKeyVault(Path.Combine(folder, name, "root")), LogHeadFolder = Path.Combine(folder, name, "root") });

    private async Task TenantsAsync()
    {
        using PowerShellSession? commands = PowerShellSession.IsBuilt ? PowerShellSession.Start(Path.Combine(folder, "commands-settings")) : null;
        List<Measured> all = [new("in process", async () =>
        {
            await using TenantEncryptionService service = await OpenAsync($"made-{++_stores}");
            return await Measurement.OfAsync(() => MakeTenantsAsync(service));
        })];
        if (commands is not null)
        {
            all.Add(new("New-EncryptionTenant", async () =>
            {
                await commands.RunAsync($"Connect-TenantEncryption -Path '{Path.Combine(folder, $"commands-{++_stores}")}' -Create");
                return await commands.RunAsync($"$null = 1..{Tenants} | ForEach-Object {{ [pscustomobject]@{{ TenantId = \"tenant-$_\" }} }} | New-EncryptionTenant");
            }));
        }

        foreach ((string way, List<Measurement> rounds) in await Measured.RoundsAsync(all, settings.Rounds, settings.Patience))
        {
            Row($"{Tenants:N0} tenants made, {way}", rounds, 1, "s");
        }

        await using TenantEncryptionService full = await OpenAsync("full");
        await MakeTenantsAsync(full);
        await RowAsync($"{Tenants:N0} tenants listed", settings.Rounds, () => full.Tenants.ListAsync());
        await RowAsync($"the root key rotated, {Tenants:N0} tenants", settings.Rounds, () => full.RootKey.RotateAsync());
    }

    private static async Task MakeTenantsAsync(TenantEncryptionService service)
    {
        for (int i = 0; i < Tenants; i++)
        {
            await service.Tenants.CreateAsync(new NewTenant { TenantId = Name(i) });
        }
    }

    private async Task KeysAsync()
    {
        byte[] message;
        await using (TenantEncryptionService service = await OpenAsync("keys"))
        {
            await service.Tenants.CreateAsync(new NewTenant { TenantId = Name(0) });
            await using DataSession session = service.Data.BeginSession();
            message = await session.ProtectValueAsync(Name(0), new byte[] { 1 });
            await LeaseAsync(service, session, message, "a lease taken, 1 key");
            await RowAsync($"a key rotated, up to {Keys:N0} keys", Keys - 1, () => service.Keys.RotateAsync(Name(0)));
            await LeaseAsync(service, session, message, $"a lease taken, {Keys:N0} keys, whose state this process checked before");
            await RowAsync($"a state of {Keys:N0} keys checked and listed", Leases, () => service.Keys.ListAsync(Name(0)));
        }

        var first = new List<Measurement>();
        for (int i = 0; i < Leases; i++)
        {
            await using TenantEncryptionService service = await OpenAsync("keys");
            await using DataSession session = service.Data.BeginSession();
            first.Add(await Measurement.OfAsync(() => session.UnprotectValueAsync(message).AsTask()));
        }

        Row($"a lease taken, {Keys:N0} keys, by a service that is new", first, 1000, "ms");
    }

    private static async Task LeaseAsync(TenantEncryptionService service, DataSession session, byte[] message, string work)
    {
        await session.UnprotectValueAsync(message);
        await RowAsync(work, Leases, () =>
        {
            service.Keys.ClearLeases(Name(0));
            return session.UnprotectValueAsync(message).AsTask();
        });
    }

    private async Task EventsAsync()
    {
        await using TenantEncryptionService service = await OpenAsync("events");
        await service.Tenants.CreateAsync(new NewTenant { TenantId = Name(0) });
        double tenth = 0;
        for (int written = 0; written < Events; written += EventsOfChange)
        {
            if (written == Events / 10)
            {
                tenth = await PeakMemory.MebiBytesAsync(() => VerifyAsync(service, written));
            }

            await using Operation operation = service.Work.Begin("benchmark");
            await service.Work.ChangeAsync(
                operation,
                StoreScope.Of(Name(0)),
                change =>
                {
                    for (int i = 0; i < EventsOfChange; i++)
                    {
                        change.Record(EventTypes.DataProtected, Name(0), new JObject { ["files"] = 512, ["bytes"] = 1L << 30, ["failed"] = 0, ["kekId"] = "kek-0123456789abcdef0123" });
                    }
                },
                CancellationToken.None);
        }

        double all = await PeakMemory.MebiBytesAsync(() => VerifyAsync(service, Events));
        await RowAsync($"{Events:N0} events verified", settings.Rounds, () => VerifyAsync(service, Events), 1, "s");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"\nPeak memory above idle: {tenth:0.0} MiB while {Events / 10:N0} events were verified for the first time, {all:0.0} MiB with {Events:N0}."));
    }

    private static async Task VerifyAsync(TenantEncryptionService service, int least)
    {
        EventLogTestResult result = await service.Events.VerifyAsync();
        if (!result.Success || result.Records < least)
        {
            throw new InvalidOperationException(result.Detail);
        }
    }

    private static async Task RowAsync(string work, int rounds, Func<Task> one, double scale = 1000, string unit = "ms")
    {
        var taken = new List<Measurement>();
        for (int i = 0; i < rounds; i++)
        {
            taken.Add(await Measurement.OfAsync(one));
        }

        Row(work, taken, scale, unit);
    }

    private static void Row(string work, IReadOnlyList<Measurement> rounds, double scale, string unit)
    {
        Measurement median = Measured.Median(rounds);
        Report.Row(work, Text(median.Seconds), Text(Measured.Least(rounds).Seconds), Text(median.ProcessorSeconds));

        string Text(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds * scale:0.00} {unit}");
    }
}
