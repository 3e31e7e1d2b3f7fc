using System.Globalization;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;

namespace TenantEncryption.Benchmarks;

/// <summary>How much memory a fresh process takes beyond its idle state for files of several sizes (Linux).</summary>
internal static class PeakBenchmark
{
    public static async Task RunAsync(Settings settings)
    {
        string file = Path.Combine(settings.Folder, "tenc-benchmark-" + Environment.ProcessId);
        Report.Title("Peak memory above idle, in the order of running");
        Report.Table("MiB of the file", "protect, MiB", "unprotect, MiB", "protect as a stream, MiB", "unprotect as a stream, MiB");
        try
        {
            foreach (int size in (int[])[1, 64, settings.MebiBytes])
            {
                await using (FileStream plain = File.Create(file))
                {
                    plain.SetLength((long)size << 20);
                }

                double protect = await PeakMemory.MebiBytesAsync(() => ProtectAsync(file, file + ".tenc"));
                double unprotect = await PeakMemory.MebiBytesAsync(() => UnprotectAsync(file + ".tenc", file + ".out"));
                double protectStream = await PeakMemory.MebiBytesAsync(() => ProtectStreamAsync(file));
                double unprotectStream = await PeakMemory.MebiBytesAsync(() => UnprotectStreamAsync(file + ".tenc"));
                Report.Row(size, Rounded(protect), Rounded(unprotect), Rounded(protectStream), Rounded(unprotectStream));
            }
        }
        finally
        {
            File.Delete(file);
            File.Delete(file + ".tenc");
            File.Delete(file + ".out");
        }
    }

    private static string Rounded(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static async Task ProtectAsync(string from, string to)
    {
        using SafeFileHandle source = File.OpenHandle(from);
        using SafeFileHandle destination = File.OpenHandle(to, FileMode.Create, FileAccess.Write);
        using MessageMaterials materials = Keys.NewMaterials();
        await new MessageWriter().WriteAsync(source, destination, materials);
    }

    private static async Task UnprotectAsync(string from, string to)
    {
        using SafeFileHandle source = File.OpenHandle(from);
        using SafeFileHandle destination = File.OpenHandle(to, FileMode.Create, FileAccess.Write);
        await new MessageReader().ReadAsync(source, destination, Keys.Keyring);
    }

    private static async Task ProtectStreamAsync(string from)
    {
        await using FileStream source = File.OpenRead(from);
        using MessageMaterials materials = Keys.NewMaterials();
        await new MessageWriter().WriteAsync(source, Stream.Null, materials);
    }

    private static async Task UnprotectStreamAsync(string from)
    {
        await using FileStream source = File.OpenRead(from);
        await new MessageReader().ReadFrameByFrameAsync(source, Stream.Null, Keys.Keyring);
    }
}
