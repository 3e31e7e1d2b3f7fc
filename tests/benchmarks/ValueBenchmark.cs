using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Keys;

namespace TenantEncryption.Benchmarks;

/// <summary>
/// Values of 1 KiB on one core with the key-encryption key at hand, against the bare primitives that such a message can't do without.
/// </summary>
internal static class ValueBenchmark
{
    private const int ValueLength = 1024;
    private const int Count = 20_000;

    private static readonly byte[] KekBytes = RandomNumberGenerator.GetBytes(32);
    private static readonly byte[] Value = RandomNumberGenerator.GetBytes(ValueLength);

    private static readonly EncryptionContext Context =
        new(new Dictionary<string, string> { ["TenantId"] = "contoso", ["purpose"] = "benchmark" });

    public static async Task RunAsync(Settings settings)
    {
        Report.Title("One value of 1 KiB, one core, KEK at hand");
        using var kek = new SharedAead(KekBytes);
        using var keyring = new LeasedKeyring(kek);
        var writer = new MessageWriter();
        var reader = new MessageReader();
        byte[] message = Write(writer, kek);
        IReadOnlyDictionary<string, Measurement> medians = await Measured.MediansAsync(
            [
                new("bare primitives, protect", () => TimeAsync(BareWrite)),
                new("protect", () => TimeAsync(() => Write(writer, kek))),
                new("bare primitives, unprotect", () => TimeAsync(BareRead(message))),
                new("unprotect", () => TimeAsync(() => Read(reader, message, keyring))),
            ],
            settings.Rounds);
        Report.Table("work", "values/s", "of the bare primitives", "values per processor second", "of the bare primitives", "bytes allocated");
        Row("protect", medians, Allocated(() => Write(writer, kek)));
        Row("unprotect", medians, Allocated(() => Read(reader, message, keyring)));
    }

    private static void Row(string name, IReadOnlyDictionary<string, Measurement> medians, long allocated)
    {
        Measurement bare = medians["bare primitives, " + name];
        Measurement ours = medians[name];
        Report.Row("bare primitives, " + name, (long)(Count / bare.Seconds), 1.0, (long)(Count / bare.ProcessorSeconds), 1.0, "");
        Report.Row(
            name,
            (long)(Count / ours.Seconds),
            bare.Seconds / ours.Seconds,
            (long)(Count / ours.ProcessorSeconds),
            bare.ProcessorSeconds / ours.ProcessorSeconds,
            allocated);
    }

    private static byte[] Write(MessageWriter writer, IAead kek)
    {
        using SecretBytes dataKey = SecretBytes.Random(32);
        using var materials = new MessageMaterials(
            dataKey, [RawAesKeyWrap.Wrap(kek, RawAesKeyWrap.TenantEncryptionProviderId, "kek-0001", dataKey.Span, Context)], Context);
        return writer.Write(Value, materials);
    }

    private static byte[] Read(MessageReader reader, byte[] message, LeasedKeyring keyring)
    {
        ValueTask<OpenedValue> opened = reader.ReadValueAsync(message, keyring);
        // The keyring answers at once, so the value is there; if it weren't, the benchmark would measure something else.
        return opened.IsCompletedSuccessfully ? opened.Result.Plaintext : throw new InvalidOperationException("The read was asynchronous.");
    }

    /// <summary>Random, wrap, HKDF, header tag and frame, on buffers at hand, with the platform's own types.</summary>
    private static Action BareWriteOn()
    {
        var kek = new AesGcm(KekBytes, 16);
        byte[] random = new byte[32 + 32 + 12];
        byte[] header = new byte[260];
        byte[] prk = new byte[64];
        byte[] key = new byte[32];
        byte[] block = new byte[64];
        byte[] output = new byte[ValueLength];
        byte[] tag = new byte[16];
        byte[] zero = new byte[12];
        byte[] wrapped = new byte[32];
        byte[] aad = new byte[78];
        return () =>
        {
            RandomNumberGenerator.Fill(random.AsSpan(0, 32));
            RandomNumberGenerator.Fill(random.AsSpan(32, 32));
            RandomNumberGenerator.Fill(random.AsSpan(64));
            kek.Encrypt(random.AsSpan(64), random.AsSpan(0, 32), wrapped, tag, aad);
            HKDF.Extract(HashAlgorithmName.SHA512, random.AsSpan(0, 32), random.AsSpan(32, 32), prk);
            Expand(prk, "..DERIVEKEY\u0001"u8, "COMMITKEY\u0001"u8, block);
            block.AsSpan(0, 32).CopyTo(key);
            using var gcm = new AesGcm(key, 16);
            gcm.Encrypt(zero, ReadOnlySpan<byte>.Empty, Span<byte>.Empty, tag, header);
            gcm.Encrypt(zero, Value, output, tag, aad);
        };
    }

    internal static readonly Action BareWrite = BareWriteOn();

    private static Action BareRead(byte[] message)
    {
        MessageHeader header = MessageReader.ReadHeader(message);
        EncryptedDataKey wrap = header.EncryptedDataKeys[0];
        var kek = new AesGcm(KekBytes, 16);
        byte[] dataKey = new byte[32];
        byte[] prk = new byte[64];
        byte[] key = new byte[32];
        byte[] block = new byte[64];
        byte[] output = new byte[ValueLength];
        byte[] zero = new byte[12];
        byte[] iv = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        int headerLength = header.HeaderLength;
        byte[] aad = [.. header.MessageId.Span, .. "AWSKMSEncryptionClient Final Frame"u8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 4, 0];
        byte[] context = Context.Serialized.ToArray();
        return () =>
        {
            kek.Decrypt(wrap.ProviderInfo.Span[^12..], wrap.Ciphertext.Span[..32], wrap.Ciphertext.Span[32..], dataKey, context);
            HKDF.Extract(HashAlgorithmName.SHA512, dataKey, header.MessageId.Span, prk);
            Expand(prk, "\u0004\u0078DERIVEKEY\u0001"u8, "COMMITKEY\u0001"u8, block);
            block.AsSpan(0, 32).CopyTo(key);
            using var gcm = new AesGcm(key, 16);
            gcm.Decrypt(zero, ReadOnlySpan<byte>.Empty, message.AsSpan(headerLength - 16, 16), [], message.AsSpan(0, headerLength - 16));
            gcm.Decrypt(iv, message.AsSpan(headerLength + 24, ValueLength), message.AsSpan(message.Length - 16), output, aad);
        };
    }

    // Both blocks under one keyed HMAC; the derived key is what stays.
    private static void Expand(byte[] prk, ReadOnlySpan<byte> derive, ReadOnlySpan<byte> commit, byte[] block)
    {
        using IncrementalHash hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA512, prk);
        hmac.AppendData(commit);
        hmac.GetHashAndReset(block);
        hmac.AppendData(derive);
        hmac.GetHashAndReset(block);
    }

    private static Task<Measurement> TimeAsync(Action work) => Measurement.OfAsync(() =>
    {
        for (var i = 0; i < Count; i++)
        {
            work();
        }
    });

    private static Task<Measurement> TimeAsync(Func<byte[]> work) => TimeAsync(() => { work(); });

    private static long Allocated(Func<byte[]> work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            work();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / 1000;
    }

    /// <summary>A keyring whose KEK is unlocked already, as under a key lease.</summary>
    private sealed class LeasedKeyring(IAead kek) : IKeyring, IDisposable
    {
        public ValueTask<SecretBytes?> UnwrapAsync(
            EncryptedDataKey encryptedDataKey, MessageHeader header, EncryptionContext context, CancellationToken cancellationToken)
        {
            if (!RawAesKeyWrap.Names(encryptedDataKey, RawAesKeyWrap.TenantEncryptionProviderId, "kek-0001"))
            {
                return default;
            }

            var dataKey = new SecretBytes(header.Suite.KeyLength);
            return RawAesKeyWrap.TryUnwrap(kek, encryptedDataKey, context, dataKey.Span)
                ? ValueTask.FromResult<SecretBytes?>(dataKey)
                : default;
        }

        public void Dispose()
        {
        }
    }
}
