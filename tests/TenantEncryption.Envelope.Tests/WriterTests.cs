using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Envelope;

public sealed class WriterTests
{
    public static TheoryData<Way> AllWays() => new(Enum.GetValues<Way>());

    [Theory]
    [MemberData(nameof(AllWays))]
    public async Task What_was_written_is_read_in_every_way_at_every_edge(Way way)
    {
        using RawAesKeyring keyring = TestMaterials.Keyring();
        foreach (int frameLength in (int[])[1, 16, 4096, 100_000, MessageWriterOptions.DefaultFrameLength, 300_000])
        {
            int[] lengths = [0, 1, frameLength - 1, frameLength, frameLength + 1, (3 * frameLength) - 1, 3 * frameLength, (3 * frameLength) + 1];
            foreach (int length in lengths)
            {
                byte[] plaintext = RandomNumberGenerator.GetBytes(length);
                using MessageMaterials materials = TestMaterials.New();

                byte[] message = await Ways.WriteAsync(way, plaintext, materials, new MessageWriterOptions { FrameLength = frameLength });

                foreach (Way reading in Enum.GetValues<Way>())
                {
                    byte[] read = await Ways.ReadAsync(reading, message, keyring);
                    Assert.True(plaintext.AsSpan().SequenceEqual(read));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllWays))]
    public async Task Many_batches_come_back_in_order_on_any_number_of_threads(Way way)
    {
        byte[] plaintext = RandomNumberGenerator.GetBytes(3_000_001);
        using RawAesKeyring keyring = TestMaterials.Keyring();
        foreach (int degree in (int[])[1, 2, 5])
        {
            using MessageMaterials materials = TestMaterials.New();
            byte[] message = await Ways.WriteAsync(
                way, plaintext, materials, new MessageWriterOptions { FrameLength = 10_000, DegreeOfParallelism = degree });

            byte[] read = await Ways.ReadAsync(way, message, keyring, new MessageReaderOptions { DegreeOfParallelism = degree });

            Assert.True(plaintext.AsSpan().SequenceEqual(read));
        }
    }

    [Fact]
    public void A_message_is_laid_out_as_the_specification_says()
    {
        using MessageMaterials materials = TestMaterials.New(new EncryptionContext([new("k", "v")]));
        byte[] dataKey = materials.DataKey.Span.ToArray();
        EncryptedDataKey wrapped = materials.EncryptedDataKeys[0];

        byte[] message = new MessageWriter().Write([1, 2, 3], materials, frameLength: 2);

        byte[] messageId = message[3..35];
        byte[] header =
        [
            2, 4, 0x78, .. messageId,
            0, 8, 0, 1, 0, 1, (byte)'k', 0, 1, (byte)'v',
            0, 1,
            0, 17, .. "tenant-encryption"u8,
            0, 28, .. wrapped.ProviderInfo.Span,
            0, 48, .. wrapped.Ciphertext.Span,
            2, 0, 0, 0, 2,
            .. HKDF.DeriveKey(HashAlgorithmName.SHA512, dataKey, 32, messageId, "COMMITKEY"u8.ToArray()),
        ];
        byte[] derived = HKDF.DeriveKey(HashAlgorithmName.SHA512, dataKey, 32, messageId, [4, 0x78, .. "DERIVEKEY"u8]);
        using var gcm = new AesGcm(derived, 16);
        byte[] tag = new byte[16];
        gcm.Encrypt(new byte[12], Array.Empty<byte>(), Array.Empty<byte>(), tag, header);
        byte[] regular = new byte[2];
        byte[] regularTag = new byte[16];
        gcm.Encrypt(
            (byte[])[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], (byte[])[1, 2], regular, regularTag,
            (byte[])[.. messageId, .. "AWSKMSEncryptionClient Frame"u8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
        byte[] final = new byte[1];
        byte[] finalTag = new byte[16];
        gcm.Encrypt(
            (byte[])[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2], (byte[])[3], final, finalTag,
            (byte[])[.. messageId, .. "AWSKMSEncryptionClient Final Frame"u8, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1]);
        Assert.Equal(
            [
                .. header, .. tag,
                0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, .. regular, .. regularTag,
                0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, .. final, .. finalTag,
            ],
            message);
    }

    [Fact]
    public async Task Materials_write_one_message_only()
    {
        using MessageMaterials materials = TestMaterials.New();
        var writer = new MessageWriter();
        writer.Write([1], materials);

        Assert.Throws<InvalidOperationException>(() => writer.Write([1], materials));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Ways.WriteAsync(Way.File, new byte[1], materials));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Ways.WriteAsync(Way.Stream, new byte[1], materials));
    }

    [Fact]
    public void Each_message_has_an_id_of_its_own()
    {
        var ids = new HashSet<string>();
        for (var i = 0; i < 100; i++)
        {
            using MessageMaterials materials = TestMaterials.New();
            ids.Add(Convert.ToHexString(MessageReader.ReadHeader(new MessageWriter().Write([], materials)).MessageId.Span));
        }

        Assert.Equal(100, ids.Count);
    }

    [Fact]
    public async Task A_file_that_takes_too_many_frames_is_refused_before_anything_is_written_or_used()
    {
        using SafeFileHandle source = Ways.TemporaryFile(new byte[41]);
        using SafeFileHandle destination = Ways.TemporaryFile([]);
        using MessageMaterials materials = TestMaterials.New();
        var options = new MessageWriterOptions { FrameLength = 10, MaxFrames = 4 };

        await Refusal.IsAsync(ErrorCodes.LimitExceeded, () => new MessageWriter().WriteAsync(source, destination, materials, options));

        Assert.Equal(0, RandomAccess.GetLength(destination));
        Assert.NotEmpty(new MessageWriter().Write([], materials));
    }

    [Theory]
    [InlineData(40, false)]
    [InlineData(41, true)]
    [InlineData(10_000_000, true)]
    public async Task A_stream_that_takes_too_many_frames_is_stopped_before_a_number_repeats(int length, bool refused)
    {
        using MessageMaterials materials = TestMaterials.New();
        var options = new MessageWriterOptions { FrameLength = 10, MaxFrames = 4 };

        string? code = await Refusal.CodeAsync(() => Ways.WriteAsync(Way.Stream, new byte[length], materials, options));

        Assert.Equal(refused ? ErrorCodes.LimitExceeded : null, code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData((64 << 20) + 1)]
    public async Task A_frame_length_beyond_the_format_or_the_reader_is_refused(int frameLength)
    {
        using MessageMaterials materials = TestMaterials.New();
        foreach (Way way in Enum.GetValues<Way>())
        {
            await Refusal.IsAsync(
                ErrorCodes.InvalidInput,
                () => Ways.WriteAsync(way, new byte[1], materials, new MessageWriterOptions { FrameLength = frameLength }));
        }
    }

    [Fact]
    public async Task Progress_ends_at_the_length_of_the_plaintext()
    {
        byte[] plaintext = new byte[2_000_000];
        using SafeFileHandle source = Ways.TemporaryFile(plaintext);
        using SafeFileHandle message = Ways.TemporaryFile([]);
        using MessageMaterials materials = TestMaterials.New();
        using RawAesKeyring keyring = TestMaterials.Keyring();
        var written = new Highest();
        var read = new Highest();

        await new MessageWriter().WriteAsync(source, message, materials, bytesDone: written);
        await new MessageReader().ReadAsync(message, null, keyring, bytesDone: read);

        Assert.Equal((2_000_000, 2_000_000), (written.Value, read.Value));
    }

    [Theory]
    [MemberData(nameof(AllWays))]
    public async Task Cancellation_stops_writing_and_reading(Way way)
    {
        using RawAesKeyring keyring = TestMaterials.Keyring();
        using MessageMaterials first = TestMaterials.New();
        byte[] message = new MessageWriter().Write(new byte[5_000_000], first);
        using var cancellation = new CancellationTokenSource();
        var calls = 0;
        ValueTask CancelAtThird(CancellationToken token)
        {
            if (Interlocked.Increment(ref calls) == 3)
            {
                cancellation.Cancel();
            }

            return ValueTask.CompletedTask;
        }

        if (way == Way.Memory)
        {
            cancellation.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                async () => await new MessageReader().ReadValueAsync(message, keyring, null, cancellation.Token));
            return;
        }

        using MessageMaterials materials = TestMaterials.New();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            var options = new MessageWriterOptions { BeforeFrames = CancelAtThird };
            if (way == Way.Stream)
            {
                using var source = new OneWayStream(new byte[5_000_000]);
                await new MessageWriter().WriteAsync(source, Stream.Null, materials, options, null, cancellation.Token);
            }
            else
            {
                using SafeFileHandle source = Ways.TemporaryFile(new byte[5_000_000]);
                using SafeFileHandle destination = Ways.TemporaryFile([]);
                await new MessageWriter().WriteAsync(source, destination, materials, options, null, cancellation.Token);
            }
        });
        Assert.InRange(calls, 3, 8);

        calls = 0;
        using var again = new CancellationTokenSource();
        var readerOptions = new MessageReaderOptions
        {
            BeforeFrames = _ =>
            {
                if (Interlocked.Increment(ref calls) == 3)
                {
                    again.Cancel();
                }

                return ValueTask.CompletedTask;
            },
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            if (way == Way.Stream)
            {
                using var source = new OneWayStream(message);
                await new MessageReader().ReadFrameByFrameAsync(source, null, keyring, readerOptions, null, again.Token);
            }
            else
            {
                using SafeFileHandle source = Ways.TemporaryFile(message);
                await new MessageReader().ReadAsync(source, null, keyring, readerOptions, null, again.Token);
            }
        });
        Assert.InRange(calls, 3, 8);
    }

    [Fact]
    public void Materials_take_1_to_32_wraps_of_a_32_byte_key()
    {
        EncryptedDataKey wrapped = RawAesKeyWrap.Wrap(TestMaterials.WrappingKey, "ns", "k", new byte[32], TestMaterials.Context);
        foreach ((int keyLength, int wraps) in ((int, int)[])[(31, 1), (32, 0), (32, 33)])
        {
            using SecretBytes dataKey = SecretBytes.Random(keyLength);
            Refusal.Is(
                ErrorCodes.InvalidInput,
                () => new MessageMaterials(dataKey, Enumerable.Repeat(wrapped, wraps).ToList(), TestMaterials.Context).Dispose());
        }
    }

    [Fact]
    public void Materials_refuse_a_context_with_a_reserved_key() =>
        Refusal.Is(
            ErrorCodes.ContextMismatch,
            () => TestMaterials.New(new EncryptionContext([new("aws-crypto-public-key", "x")])).Dispose());

    [Fact]
    public async Task A_large_value_is_written_into_the_callers_memory_on_several_threads()
    {
        byte[] plaintext = RandomNumberGenerator.GetBytes(1_234_567);
        using MessageMaterials materials = TestMaterials.New();
        using RawAesKeyring keyring = TestMaterials.Keyring();
        byte[] message = new byte[MessageWriter.Measure(plaintext.Length, materials, 10_000)];

        WrittenMessage written = await new MessageWriter().WriteAsync(
            plaintext, message, materials, new MessageWriterOptions { FrameLength = 10_000, DegreeOfParallelism = 3 });

        Assert.Equal(message.Length, written.MessageLength);
        byte[] read = await Ways.ReadAsync(Way.Memory, message, keyring);
        Assert.True(plaintext.AsSpan().SequenceEqual(read));
    }

    [Fact]
    public void Memory_of_another_length_than_the_message_takes_is_refused_before_the_materials_are_used()
    {
        using MessageMaterials materials = TestMaterials.New();
        int length = (int)MessageWriter.Measure(5, materials);

        Assert.Throws<ArgumentException>(() => new MessageWriter().Write(new byte[5], new byte[length - 1], materials));
        new MessageWriter().Write(new byte[5], new byte[length], materials);
    }

    [Fact]
    public async Task A_device_that_has_no_length_is_read_as_a_stream()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using SafeFileHandle source = File.OpenHandle("/proc/self/cmdline");
        using SafeFileHandle destination = Ways.TemporaryFile([]);
        using MessageMaterials materials = TestMaterials.New();
        using RawAesKeyring keyring = TestMaterials.Keyring();

        await new MessageWriter().WriteAsync(source, destination, materials);

        Assert.Equal(
            await File.ReadAllBytesAsync("/proc/self/cmdline"),
            (await new MessageReader().ReadValueAsync(Ways.Content(destination), keyring)).Plaintext);
    }

    private sealed class Highest : IProgress<long>
    {
        private long _value;

        public long Value => Volatile.Read(ref _value);

        public void Report(long value)
        {
            long current;
            while ((current = Volatile.Read(ref _value)) < value)
            {
                Interlocked.CompareExchange(ref _value, value, current);
            }
        }
    }
}
