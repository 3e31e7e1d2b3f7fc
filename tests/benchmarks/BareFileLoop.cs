using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace TenantEncryption.Benchmarks;

/// <summary>
/// The least that anyone can do to encrypt a file frame by frame: threads that read, call AesGcm and write at positions. No format, no
/// header, no errors: the bar that the product is held to.
/// </summary>
internal static class BareFileLoop
{
    private const int Overhead = 32;

    public static void Encrypt(string source, string destination, int frameLength, int threads)
    {
        using SafeFileHandle input = File.OpenHandle(source);
        using SafeFileHandle output = File.OpenHandle(destination, FileMode.Create, FileAccess.Write);
        long length = RandomAccess.GetLength(input);
        Run(length, frameLength, threads, (gcm, frame, buffer) =>
        {
            int read = RandomAccess.Read(input, buffer.AsSpan(16, frameLength), frame * frameLength);
            BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(8), frame + 1);
            Span<byte> content = buffer.AsSpan(16, read);
            gcm.Encrypt(buffer.AsSpan(4, 12), content, content, buffer.AsSpan(16 + read, 16));
            RandomAccess.Write(output, buffer.AsSpan(0, read + Overhead), frame * (frameLength + Overhead));
        });
    }

    public static void Decrypt(string source, string destination, int frameLength, int threads)
    {
        using SafeFileHandle input = File.OpenHandle(source);
        using SafeFileHandle output = File.OpenHandle(destination, FileMode.Create, FileAccess.Write);
        long length = RandomAccess.GetLength(input);
        Run(length, frameLength + Overhead, threads, (gcm, frame, buffer) =>
        {
            int read = RandomAccess.Read(input, buffer.AsSpan(0, frameLength + Overhead), frame * (frameLength + Overhead));
            Span<byte> content = buffer.AsSpan(16, read - Overhead);
            gcm.Decrypt(buffer.AsSpan(4, 12), content, buffer.AsSpan(read - 16, 16), content);
            RandomAccess.Write(output, content, frame * frameLength);
        });
    }

    private static void Run(long length, int step, int threads, Action<AesGcm, long, byte[]> work)
    {
        long frames = (length + step - 1) / step;
        long next = -1;
        Task[] workers = Enumerable.Range(0, threads).Select(_ => Task.Run(() =>
        {
            using var gcm = new AesGcm(new byte[32], 16);
            byte[] buffer = GC.AllocateUninitializedArray<byte>(step + Overhead, pinned: true);
            for (long frame; (frame = Interlocked.Increment(ref next)) < frames;)
            {
                work(gcm, frame, buffer);
            }
        })).ToArray();
        Task.WaitAll(workers);
    }
}
