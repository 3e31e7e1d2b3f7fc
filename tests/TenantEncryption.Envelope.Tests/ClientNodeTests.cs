using System.Security.Cryptography;
using Newtonsoft.Json.Linq;
using TenantEncryption.Envelope;
using TenantEncryption.Keys;
using TenantEncryption.Testing;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.Tests.Envelope;

public sealed class ClientNodeTests : IDisposable
{
    private const string Namespace = "interop";

    private static readonly Dictionary<string, string>[] Contexts =
    [
        [],
        new() { ["TenantId"] = "contoso" },
        new() { ["TenantId"] = "contoso", ["a"] = "", ["Z"] = "é", ["\uFF01"] = "1", ["\U0001F600"] = "2" },
    ];

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [InteropFact(ProgramNames.Node)]
    public async Task It_reads_what_we_write()
    {
        var operations = new List<JObject>();
        var plaintexts = new List<byte[]>();
        foreach ((int frameLength, int length, byte[] key, Dictionary<string, string> context) in Cases())
        {
            byte[] plaintext = RandomNumberGenerator.GetBytes(length);
            using SecretBytes dataKey = SecretBytes.Random(32);
            var whole = new EncryptionContext(context);
            using var materials = new MessageMaterials(
                dataKey, [RawAesKeyWrap.Wrap(key, Namespace, "key", dataKey.Span, whole)], whole);
            byte[] message = await Ways.WriteAsync(
                (Way)(operations.Count % 3), plaintext, materials, new MessageWriterOptions { FrameLength = frameLength });
            plaintexts.Add(plaintext);
            operations.Add(await OperationAsync("decrypt", operations.Count, key, message));
        }

        await ClientNode.RunAsync(_sandbox, operations);

        for (var i = 0; i < operations.Count; i++)
        {
            Assert.Equal(plaintexts[i], await File.ReadAllBytesAsync((string)operations[i]["out"]!));
        }
    }

    [InteropFact(ProgramNames.Node)]
    public async Task We_read_what_it_writes_in_every_suite()
    {
        var operations = new List<JObject>();
        var plaintexts = new List<byte[]>();
        foreach ((int frameLength, int length, byte[] key, Dictionary<string, string> context) in Cases())
        {
            foreach (AlgorithmSuite suite in AlgorithmSuite.All)
            {
                byte[] plaintext = RandomNumberGenerator.GetBytes(length);
                JObject operation = await OperationAsync("encrypt", operations.Count, key, plaintext);
                operation["frame-length"] = frameLength;
                operation["suite"] = SpecificationMessage.IdOf(suite);
                operation["context"] = JObject.FromObject(context);
                plaintexts.Add(plaintext);
                operations.Add(operation);
            }
        }

        await ClientNode.RunAsync(_sandbox, operations);

        for (var i = 0; i < operations.Count; i++)
        {
            byte[] message = await File.ReadAllBytesAsync((string)operations[i]["out"]!);
            using var keyring = new RawAesKeyring(Namespace, "key", Convert.FromHexString((string)operations[i]["raw-key"]!));
            byte[] read = await Ways.ReadAsync((Way)(i % 3), message, keyring, new MessageReaderOptions { AllowNonCommitting = true });
            Assert.True(plaintexts[i].AsSpan().SequenceEqual(read), $"{operations[i]}");
        }
    }

    /// <summary>Frame lengths from 1 byte to 1 MiB, lengths at each frame boundary, keys of each length, contexts of each kind.</summary>
    private static IEnumerable<(int FrameLength, int Length, byte[] Key, Dictionary<string, string> Context)> Cases()
    {
        var count = 0;
        foreach (int frameLength in (int[])[1, 16, 4096, 1 << 20])
        {
            foreach (int length in ((int[])[0, 1, frameLength - 1, frameLength, frameLength + 1, (2 * frameLength) + 1]).Distinct())
            {
                byte[] key = RandomNumberGenerator.GetBytes(((int[])[32, 16, 24])[count % 3]);
                yield return (frameLength, length, key, Contexts[count / 2 % 3]);
                count++;
            }
        }
    }

    private async Task<JObject> OperationAsync(string operation, int number, byte[] key, byte[] input)
    {
        string source = _sandbox.PathOf($"{number}.in");
        await File.WriteAllBytesAsync(source, input);
        return new JObject
        {
            ["operation"] = operation,
            ["in"] = source,
            ["out"] = _sandbox.PathOf($"{number}.out"),
            ["raw-key"] = Convert.ToHexString(key),
            ["namespace"] = Namespace,
            ["name"] = "key",
        };
    }
}
