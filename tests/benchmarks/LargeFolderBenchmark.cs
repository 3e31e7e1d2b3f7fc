using System.Globalization;
using TenantEncryption.Aws;
using TenantEncryption.Data;
using TenantEncryption.Keys.Root;
using TenantEncryption.Sqlite;
using TenantEncryption.Tenants;

namespace TenantEncryption.Benchmarks;

/// <summary>A command on one file of 4 KiB, by how many files its folder has: it must not cost more the more there are.</summary>
internal sealed class LargeFolderBenchmark(string folder)
{
    private const string Tenant = "contoso";
    private const int CommandsEachRound = 20;

    private static readonly int[] Sizes = [0, 10_000, 200_000];

    private int _outputs;

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(Settings settings)
    {
        string folder = Directory.CreateDirectory(Path.Combine(settings.Folder, "tenc-benchmark-" + Environment.ProcessId)).FullName;
        try
        {
            await new LargeFolderBenchmark(folder).MeasureAsync(settings);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task MeasureAsync(Settings settings)
    {
        string source = Path.Combine(folder, "source");
        await File.WriteAllBytesAsync(source, new byte[4096]);
        foreach (int size in Sizes)
        {
            string large = Directory.CreateDirectory(FolderOf(size)).FullName;
            for (int i = 0; i < size; i++)
            {
                await File.WriteAllBytesAsync(Path.Combine(large, i.ToString("000000", CultureInfo.InvariantCulture)), []);
            }
        }

        await using TenantEncryptionService service = await TenantEncryptionService.OpenAsync(
            new SqliteStore(Path.Combine(folder, "store")),
            new AwsKms(),
            new TenantEncryptionOptions { RootKeyVault = new FileRootKeyVault(Path.Combine(folder, "root")), LogHeadFolder = Path.Combine(folder, "root") });
        await service.Tenants.CreateAsync(new NewTenant { TenantId = Tenant });
        string message = Path.Combine(folder, "source" + FilePlanner.Extension);
        await ProtectAsync(service, source, message);

        Report.Title($"One file of 4 KiB into a folder of so many, in {settings.Folder}, {settings.Rounds} rounds of {CommandsEachRound} commands");
        IReadOnlyDictionary<string, List<Measurement>> rounds = await Measured.RoundsAsync(
            [
                .. Sizes.Select(size => new Measured($"protect, {size:N0}", () => EachAsync(() => ProtectAsync(service, source, NewOutput(size))))),
                .. Sizes.Select(size => new Measured($"unprotect, {size:N0}", () => EachAsync(() => UnprotectAsync(service, message, NewOutput(size))))),
            ],
            settings.Rounds,
            settings.Patience);
        Report.Table("work, files in the folder", "ms a command, median", "least", "least processor ms");
        foreach ((string work, List<Measurement> measured) in rounds)
        {
            Report.Row(
                work,
                MillisecondsOf(Measured.Median(measured).Seconds),
                MillisecondsOf(Measured.Least(measured).Seconds),
                MillisecondsOf(measured.Min(one => one.ProcessorSeconds)));
        }
    }

    private static double MillisecondsOf(double secondsOfRound) => secondsOfRound / CommandsEachRound * 1000;

    private static Task<Measurement> EachAsync(Func<Task> work) => Measurement.OfAsync(async () =>
    {
        for (int i = 0; i < CommandsEachRound; i++)
        {
            await work();
        }
    });

    private static async Task ProtectAsync(TenantEncryptionService service, string source, string output)
    {
        await using DataSession session = service.Data.BeginSession();
        await foreach (FileOutcome<ProtectedFile> outcome in session.ProtectFilesAsync(Tenant, [new FileRequest(source, output)]))
        {
            Require(outcome.Error);
        }
    }

    private static async Task UnprotectAsync(TenantEncryptionService service, string source, string output)
    {
        await using DataSession session = service.Data.BeginSession();
        await foreach (FileOutcome<UnprotectedFile> outcome in session.UnprotectFilesAsync([new FileRequest(source, output)]))
        {
            Require(outcome.Error);
        }
    }

    private static void Require(Exception? error)
    {
        if (error is not null)
        {
            throw error;
        }
    }

    private string FolderOf(int size) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"of-{size}"));

    private string NewOutput(int size) => Path.Combine(FolderOf(size), string.Create(CultureInfo.InvariantCulture, $"output-{++_outputs}"));
}
