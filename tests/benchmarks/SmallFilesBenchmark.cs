using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;

namespace TenantEncryption.Benchmarks;

/// <summary>10,000 files of 4 KiB, as the envelope writes and reads them (no catalog, no flush), against <c>cp -r</c>.</summary>
internal sealed class SmallFilesBenchmark(string folder)
{
    private const int Count = 10_000;

    private readonly string _plain = Path.Combine(folder, "plain");
    private readonly string _messages = Path.Combine(folder, "messages");
    private readonly string _out = Path.Combine(folder, "out");

    public static async Task RunAsync(Settings settings)
    {
        string folder = Directory.CreateDirectory(Path.Combine(settings.Folder, "tenc-benchmark-" + Environment.ProcessId)).FullName;
        try
        {
            await new SmallFilesBenchmark(folder).RunAsync(settings.Rounds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task RunAsync(int rounds)
    {
        Directory.CreateDirectory(_plain);
        Directory.CreateDirectory(_messages);
        for (var i = 0; i < Count; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(_plain, Name(i)), RandomNumberGenerator.GetBytes(4096));
        }

        await EachAsync(_plain, _messages, ProtectAsync);
        Report.Title($"10,000 files of 4 KiB in {Path.GetDirectoryName(folder)}, medians of {rounds}");
        IReadOnlyDictionary<string, Measurement> medians = await Measured.MediansAsync(
            [
                new("cp -r", () => EmptiedAsync(() => Tool.RunAsync("cp", ["-r", _plain + "/.", _out]))),
                new("protect", () => EmptiedAsync(() => Measurement.OfAsync(() => EachAsync(_plain, _out, ProtectAsync)))),
                new("unprotect", () => EmptiedAsync(() => Measurement.OfAsync(() => EachAsync(_messages, _out, UnprotectAsync)))),
            ],
            rounds);
        Report.Table("work", "seconds", "files/s", "rate of cp -r", "processor seconds");
        foreach ((string name, Measurement median) in medians)
        {
            Report.Row(
                name, median.Seconds, (int)(Count / median.Seconds), medians["cp -r"].Seconds / median.Seconds, median.ProcessorSeconds);
        }
    }

    private Task<Measurement> EmptiedAsync(Func<Task<Measurement>> work)
    {
        if (Directory.Exists(_out))
        {
            Directory.Delete(_out, recursive: true);
        }

        Directory.CreateDirectory(_out);
        return work();
    }

    private static Task EachAsync(string from, string to, Func<string, string, Task> work) =>
        Parallel.ForAsync(0, Count, async (i, _) => await work(Path.Combine(from, Name(i)), Path.Combine(to, Name(i))));

    private static async Task ProtectAsync(string from, string to)
    {
        using SafeFileHandle source = File.OpenHandle(from);
        using SafeFileHandle destination = File.OpenHandle(to, FileMode.CreateNew, FileAccess.Write);
        using MessageMaterials materials = Keys.NewMaterials();
        await new MessageWriter().WriteAsync(source, destination, materials);
    }

    private static async Task UnprotectAsync(string from, string to)
    {
        using SafeFileHandle source = File.OpenHandle(from);
        using SafeFileHandle destination = File.OpenHandle(to, FileMode.CreateNew, FileAccess.Write);
        await new MessageReader().ReadAsync(source, destination, Keys.Keyring);
    }

    private static string Name(int number) => number.ToString("00000", CultureInfo.InvariantCulture);
}
