using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using TenantEncryption.Envelope;

namespace TenantEncryption.Benchmarks;

/// <summary>256 MiB from memory to memory, on one core and on two, against a bare loop of AesGcm over the same frames.</summary>
internal static class MemoryBenchmark
{
    private const int Length = 256 << 20;

    public static async Task RunAsync(Settings settings)
    {
        int frameLength = settings.FrameLength;
        byte[] plaintext = new byte[Length];
        RandomNumberGenerator.Fill(plaintext);
        byte[] message;
        using (MessageMaterials materials = Keys.NewMaterials())
        {
            message = new byte[MessageWriter.Measure(Length, materials, frameLength)];
        }

        Report.Title(string.Create(
            CultureInfo.InvariantCulture, $"256 MiB in memory, frames of {frameLength / 1024} KiB, medians of {settings.Rounds}"));
        IReadOnlyDictionary<string, Measurement> medians = await Measured.MediansAsync(
            [
                new("bare AesGcm.Encrypt, one core", () => Measurement.OfAsync(() => Bare(plaintext, message, frameLength))),
                new("protect, one core", () => Measurement.OfAsync(() => Protect(plaintext, message, frameLength))),
                new("protect, two cores", () => Measurement.OfAsync(() => ProtectAsync(plaintext, message, frameLength))),
            ],
            settings.Rounds);
        Measurement bare = medians["bare AesGcm.Encrypt, one core"];
        Report.Table("work", "seconds", "MiB/s", "rate of the bare loop", "rate per processor second of the bare loop");
        foreach ((string name, Measurement median) in medians)
        {
            Report.Row(
                name,
                median.Seconds,
                (int)(256 / median.Seconds),
                bare.Seconds / median.Seconds,
                bare.ProcessorSeconds / median.ProcessorSeconds);
        }
    }

    private static void Bare(byte[] plaintext, byte[] message, int frameLength)
    {
        using var gcm = new AesGcm(new byte[32], 16);
        byte[] iv = new byte[12];
        byte[] aad = new byte[72];
        for (var frame = 0; frame < Length / frameLength; frame++)
        {
            BinaryPrimitives.WriteInt32BigEndian(iv.AsSpan(8), frame + 1);
            int position = frame * (frameLength + 32);
            gcm.Encrypt(
                iv,
                plaintext.AsSpan(frame * frameLength, frameLength),
                message.AsSpan(position, frameLength),
                message.AsSpan(position + frameLength, 16),
                aad);
        }
    }

    private static void Protect(byte[] plaintext, byte[] message, int frameLength)
    {
        using MessageMaterials materials = Keys.NewMaterials();
        new MessageWriter().Write(plaintext, message, materials, frameLength);
    }

    private static async Task ProtectAsync(byte[] plaintext, byte[] message, int frameLength)
    {
        using MessageMaterials materials = Keys.NewMaterials();
        await new MessageWriter().WriteAsync(
            plaintext, message, materials, new MessageWriterOptions { FrameLength = frameLength, DegreeOfParallelism = 2 });
    }
}
