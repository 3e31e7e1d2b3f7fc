using BenchmarkDotNet.Attributes;
using TenantEncryption.Envelope;

namespace TenantEncryption.Benchmarks;

/// <summary>BenchmarkDotNet: the parts of a message.</summary>
[MemoryDiagnoser]
public class MicroBenchmarks
{
    private readonly MessageWriter _writer = new();
    private readonly MessageReader _reader = new();
    private byte[] _plaintext = [];
    private byte[] _message = [];

    /// <summary>The length of the value, in bytes.</summary>
    [Params(0, 1024, 256 << 10)]
    public int Length { get; set; }

    /// <summary>Makes a value and its message.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _plaintext = new byte[Length];
        _message = Write();
    }

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
}
