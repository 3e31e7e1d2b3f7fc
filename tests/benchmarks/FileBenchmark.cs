using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;

namespace TenantEncryption.Benchmarks;

/// <summary>
/// One large file on tmpfs, protected and unprotected by us, by the bare loop, and by what else is installed, in turn within one run.
/// </summary>
internal sealed class FileBenchmark(Settings settings, string folder)
{
    private readonly string _plain = Path.Combine(folder, "plain");
    private readonly string _message = Path.Combine(folder, "message");
    private readonly string _bare = Path.Combine(folder, "bare");
    private readonly string _out = Path.Combine(folder, "out");
    private readonly int _threads = Environment.ProcessorCount;

    public static async Task RunAsync(Settings settings)
    {
        string folder = Directory.CreateDirectory(Path.Combine(settings.Folder, "tenc-benchmark-" + Environment.ProcessId)).FullName;
        try
        {
            await new FileBenchmark(settings, folder).RunAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task RunAsync()
    {
        await PrepareAsync();
        Measured[] measured = [.. Work().Where(work => settings.Wants(work.Name))];
        Report.Title(string.Create(
            CultureInfo.InvariantCulture,
            $"{settings.MebiBytes} MiB file in {settings.Folder}, frames of {settings.FrameLength / 1024} KiB, medians of {settings.Rounds}"));
        IReadOnlyDictionary<string, Measurement> medians = await Measured.MediansAsync(measured, settings.Rounds);
        Report.Table("work", "seconds", "MiB/s", "time of cp", "rate of the bare loop", "processor seconds", "of it kernel", "rate per processor second of the bare loop");
        double copy = medians.TryGetValue("cp", out Measurement copied) ? copied.Seconds : double.NaN;
        foreach (Measured work in measured)
        {
            Measurement median = medians[work.Name];
            string name = work.Name.StartsWith("unprotect", StringComparison.Ordinal) ? "unprotect, bare loop" : "protect, bare loop";
            Measurement bare = medians.TryGetValue(name, out Measurement found) ? found : new Measurement(double.NaN, double.NaN, double.NaN);
            Report.Row(
                work.Name,
                median.Seconds,
                (int)(settings.MebiBytes / median.Seconds),
                median.Seconds / copy,
                bare.Seconds / median.Seconds,
                median.ProcessorSeconds,
                median.KernelSeconds,
                bare.ProcessorSeconds / median.ProcessorSeconds);
        }
    }

    private IEnumerable<Measured> Work()
    {
        yield return new("cp", () => ToolAsync("cp", [_plain, _out]));
        yield return new("protect, bare loop", () => TimeAsync(() => BareFileLoop.Encrypt(_plain, _out, settings.FrameLength, _threads)));
        yield return new("protect", () => TimeAsync(ProtectAsync));
        yield return new("unprotect, bare loop", () => TimeAsync(() => BareFileLoop.Decrypt(_bare, _out, settings.FrameLength, _threads)));
        yield return new("unprotect", () => TimeAsync(UnprotectAsync));
        yield return new("verify only", () => TimeAsync(VerifyAsync));
        yield return new("protect, streams", () => TimeAsync(ProtectStreamsAsync));
        yield return new("unprotect, streams", () => TimeAsync(UnprotectStreamsAsync));
        if (Tool.Exists("openssl"))
        {
            string key = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
            yield return new(
                "openssl enc -aes-256-ctr",
                () => ToolAsync("openssl", ["enc", "-aes-256-ctr", "-K", key, "-iv", new string('0', 32), "-in", _plain, "-out", _out]));
        }

        if (Tool.Exists("age") && Tool.Exists("age-keygen"))
        {
            string identity = Path.Combine(folder, "age-key");
            yield return new("age", async () =>
            {
                if (!File.Exists(identity))
                {
                    await Tool.RunAsync("age-keygen", ["-o", identity]);
                }

                return await ToolAsync("age", ["-e", "-i", identity, "-o", _out, _plain]);
            });
        }

        if (Tool.Exists("gpg"))
        {
            yield return new(
                "gpg --symmetric, no compression",
                () => ToolAsync(
                    "gpg",
                    [
                        "--batch", "--yes", "--homedir", folder, "--pinentry-mode", "loopback", "--passphrase", "benchmark",
                        "--cipher-algo", "AES256", "--compress-algo", "none", "--output", _out, "--symmetric", _plain,
                    ]));
        }

        if (ClientNode() is { } script)
        {
            yield return new(
                "client-node, encrypt",
                () => ToolAsync(
                    "node",
                    [
                        script, "encrypt", "--in", _plain, "--out", _out, "--raw-key", Convert.ToHexString(Keys.WrappingKey),
                        "--namespace", Keys.Namespace, "--name", Keys.Name,
                        "--frame-length", settings.FrameLength.ToString(CultureInfo.InvariantCulture),
                    ]));
        }
    }

    private async Task PrepareAsync()
    {
        using (FileStream plain = File.Create(_plain))
        {
            byte[] block = new byte[1 << 20];
            for (var i = 0; i < settings.MebiBytes; i++)
            {
                RandomNumberGenerator.Fill(block);
                await plain.WriteAsync(block);
            }
        }

        await ProtectAsync();
        File.Move(_out, _message);
        BareFileLoop.Encrypt(_plain, _bare, settings.FrameLength, _threads);
    }

    private async Task ProtectAsync()
    {
        using SafeFileHandle source = File.OpenHandle(_plain);
        using SafeFileHandle destination = File.OpenHandle(_out, FileMode.Create, FileAccess.Write);
        using MessageMaterials materials = Keys.NewMaterials();
        await new MessageWriter().WriteAsync(source, destination, materials, new MessageWriterOptions { FrameLength = settings.FrameLength });
    }

    private async Task UnprotectAsync()
    {
        using SafeFileHandle source = File.OpenHandle(_message);
        using SafeFileHandle destination = File.OpenHandle(_out, FileMode.Create, FileAccess.Write);
        await new MessageReader().ReadAsync(source, destination, Keys.Keyring);
    }

    private async Task VerifyAsync()
    {
        using SafeFileHandle source = File.OpenHandle(_message);
        await new MessageReader().ReadAsync(source, null, Keys.Keyring);
    }

    private async Task ProtectStreamsAsync()
    {
        await using var source = new FileStream(_plain, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        await using var destination = new FileStream(_out, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        using MessageMaterials materials = Keys.NewMaterials();
        await new MessageWriter().WriteAsync(source, destination, materials, new MessageWriterOptions { FrameLength = settings.FrameLength });
    }

    private async Task UnprotectStreamsAsync()
    {
        await using var source = new FileStream(_message, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        await using var destination = new FileStream(_out, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        await new MessageReader().ReadFrameByFrameAsync(source, destination, Keys.Keyring);
    }

    /// <summary>Each writes into a new file: what the last one wrote is gone before the clock starts.</summary>
    private Task<Measurement> TimeAsync(Func<Task> work)
    {
        File.Delete(_out);
        return Measurement.OfAsync(work);
    }

    private Task<Measurement> TimeAsync(Action work)
    {
        File.Delete(_out);
        return Measurement.OfAsync(work);
    }

    private Task<Measurement> ToolAsync(string program, IEnumerable<string> arguments)
    {
        File.Delete(_out);
        return Tool.RunAsync(program, arguments);
    }

    private static string? ClientNode()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            string interop = Path.Combine(directory.FullName, "tests", "interop");
            if (Directory.Exists(Path.Combine(interop, "node_modules", "@aws-crypto")))
            {
                return Path.Combine(interop, "envelope.mjs");
            }
        }

        return null;
    }
}
