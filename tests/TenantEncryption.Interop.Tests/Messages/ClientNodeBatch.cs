using Newtonsoft.Json.Linq;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.Interop.Tests.Messages;

/// <summary>Operations of client-node that run in one process, with the plaintext that each starts from or must end with.</summary>
internal sealed class ClientNodeBatch(Sandbox sandbox)
{
    private readonly List<JObject> _operations = [];

    /// <summary>Adds a message to read.</summary>
    public void Decrypt(string message, WrappingKey key) => Add("decrypt", key, message);

    /// <summary>Adds a message to write.</summary>
    /// <returns>The path of the message.</returns>
    public string Encrypt(byte[] plaintext, WrappingKey key, IReadOnlyDictionary<string, string> context, int? frameLength = null, string suite = "0478")
    {
        string source = sandbox.PathOf($"{_operations.Count}.plain");
        File.WriteAllBytes(source, plaintext);
        JObject operation = Add("encrypt", key, source);
        operation["context"] = JObject.FromObject(context);
        operation["suite"] = suite;
        if (frameLength is not null)
        {
            operation["frame-length"] = frameLength;
        }

        return (string)operation["out"]!;
    }

    /// <summary>Runs them all; each must succeed.</summary>
    /// <returns>What each wrote, and the encryption context that it saw in the header.</returns>
    public async Task<IReadOnlyList<(byte[] Output, Dictionary<string, string> Context)>> RunAsync()
    {
        IReadOnlyList<JObject> results = await ClientNode.RunAsync(sandbox, _operations);
        return
        [
            .. results.Zip(_operations, (result, operation) => (
                File.ReadAllBytes((string)operation["out"]!),
                result["context"]?.ToObject<Dictionary<string, string>>() ?? [])),
        ];
    }

    private JObject Add(string name, WrappingKey key, string source)
    {
        var operation = new JObject(key.Fields)
        {
            ["operation"] = name,
            ["in"] = source,
            ["out"] = sandbox.PathOf($"{_operations.Count}.{name}ed"),
        };
        _operations.Add(operation);
        return operation;
    }
}
