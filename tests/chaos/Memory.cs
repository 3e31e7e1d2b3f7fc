using System.Diagnostics;
using System.Security.Cryptography;
using TenantEncryption.Data;
using TenantEncryption.Tenants;

namespace TenantEncryption.Chaos;

/// <summary>How much memory protecting and unprotecting a large file takes, measured on the process itself.</summary>
internal static class Memory
{
    private const int MiB = 1 << 20;

    /// <summary>Makes a file, protects and unprotects it, and compares.</summary>
    /// <returns>0 when it came back and the peak is within the limit, else 1.</returns>
    public static async Task<int> RunAsync(string folder, int mebibytes, int limit)
    {
        var scene = new Scene(folder, "http://127.0.0.1:1");
        string source = Path.Combine(scene.Root, "large");
        byte[] made = Make(source, mebibytes);
        await using (TenantEncryptionService service = await scene.OpenAsync())
        {
            await service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
            await using DataSession session = service.Data.BeginSession();
            long begun = Stopwatch.GetTimestamp();
            await foreach (FileOutcome<ProtectedFile> outcome in session.ProtectFilesAsync("acme", [new FileRequest(source, source + ".tenc")]))
            {
                Report("protected", mebibytes, begun, outcome.Error);
            }

            begun = Stopwatch.GetTimestamp();
            await foreach (FileOutcome<UnprotectedFile> outcome in session.UnprotectFilesAsync([new FileRequest(source + ".tenc", source + ".out")]))
            {
                Report("unprotected", mebibytes, begun, outcome.Error);
            }
        }

        bool same = Hash(source + ".out").AsSpan().SequenceEqual(made);
        long peak = PeakOf();
        Console.WriteLine($"same content: {same}; peak {peak / MiB} MiB");
        return same && peak <= limit * (long)MiB ? 0 : 1;
    }

    private static void Report(string done, int mebibytes, long begun, Exception? error)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(begun);
        Console.WriteLine($"{done} {mebibytes} MiB in {elapsed.TotalSeconds:0.0} s ({mebibytes / elapsed.TotalSeconds:0} MiB/s){(error is null ? "" : ": " + error.Message)}");
    }

    private static byte[] Make(string path, int mebibytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using FileStream file = File.Create(path);
        byte[] block = new byte[MiB];
        for (int i = 0; i < mebibytes; i++)
        {
            RandomNumberGenerator.Fill(block);
            hash.AppendData(block);
            file.Write(block);
        }

        return hash.GetHashAndReset();
    }

    private static byte[] Hash(string path)
    {
        using FileStream file = File.OpenRead(path);
        return SHA256.HashData(file);
    }

    // VmHWM of proc(5) is the peak resident set in kB; elsewhere .NET has the same number.
    private static long PeakOf()
    {
        if (!OperatingSystem.IsLinux())
        {
            using Process self = Process.GetCurrentProcess();
            return self.PeakWorkingSet64;
        }

        string line = File.ReadLines("/proc/self/status").First(one => one.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) * 1024;
    }
}
