using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using TenantEncryption.Envelope;

namespace TenantEncryption.Benchmarks;

/// <summary>
/// BenchmarkDotNet: the parts of a message. Of no bytes, it is a header and an empty frame; of 1 KiB, a small value; of 256 KiB, one whole frame.
/// </summary>
[MemoryDiagnoser]
public class MicroBenchmarks : IDisposable
{
    private readonly MessageWriter _writer = new();
    private readonly MessageReader _reader = new();
    private readonly AesGcm _aesGcm = new(RandomNumberGenerator.GetBytes(32), 16);
    private readonly byte[] _nonce = new byte[12];
    private readonly byte[] _tag = new byte[16];
    private byte[] _plaintext = [];
    private byte[] _ciphertext = [];
    private byte[] _message = [];

    /// <summary>
    /// A short run, in this process: BenchmarkDotNet's own would build this repository's projects anew, with all their checks, for each run.
    /// </summary>
    public static IConfig Settings => DefaultConfig.Instance
        .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
        .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "tenantencryption-benchmarks"));

    /// <summary>The length of the value, in bytes.</summary>
    [Params(0, 1024, 256 << 10)]
    public int Length { get; set; }

    /// <summary>Makes a value and its message.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _plaintext = new byte[Length];
        _ciphertext = new byte[Length];
        _message = Write();
    }

    /// <summary>AES-256-GCM of the platform over as many bytes, with a key that is set up already.</summary>
    [Benchmark(Baseline = true)]
    public void AesGcm() => _aesGcm.Encrypt(_nonce, _plaintext, _ciphertext, _tag);

    /// <summary>Parses the header.</summary>
    /// <returns>The header.</returns>
    [Benchmark]
    public MessageHeader Header() => MessageReader.ReadHeader(_message);

    /// <summary>Writes a value with fresh materials.</summary>
    /// <returns>The message.</returns>
    [Benchmark]
    public byte[] Write()
    {
        using MessageMaterials materials = Keys.NewMaterials();
        return _writer.Write(_plaintext, materials);
    }

    /// <summary>Reads a value.</summary>
    /// <returns>The value.</returns>
    [Benchmark]
    public async Task<byte[]> Read() => (await _reader.ReadValueAsync(_message, Keys.Keyring)).Plaintext;

    /// <inheritdoc/>
    public void Dispose()
    {
        _aesGcm.Dispose();
        GC.SuppressFinalize(this);
    }
}
