using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Xunit;

namespace TenantEncryption.Testing.Programs;

/// <summary>AWS's JavaScript implementation, through <c>tests/interop/envelope.mjs</c>: one process for many operations.</summary>
public static class ClientNode
{
    /// <summary>Runs operations in turn; each must succeed.</summary>
    /// <param name="sandbox">The environment, which has the credentials.</param>
    /// <param name="operations">Objects as the head of the script describes them.</param>
    /// <returns>The result of each.</returns>
    public static async Task<IReadOnlyList<JObject>> RunAsync(Sandbox sandbox, IReadOnlyList<JObject> operations)
    {
        IReadOnlyList<JObject> results = await TryAsync(sandbox, operations);
        Assert.All(results.Zip(operations), one => Assert.True((bool)one.First["ok"]!, $"{Describe(one.Second)}: {one.First["error"]}"));
        return results;
    }

    /// <summary>Runs operations in turn, whether they succeed or not.</summary>
    public static async Task<IReadOnlyList<JObject>> TryAsync(Sandbox sandbox, IReadOnlyList<JObject> operations)
    {
        await NodePackages.EnsureAsync();
        string input = string.Join('\n', operations.Select(operation => operation.ToString(Formatting.None)));
        ProgramResult result = await sandbox.RunAsync(ProgramNames.Node, ["envelope.mjs", "batch"], input, NodePackages.Folder);
        JObject[] results = [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(JObject.Parse)];
        Assert.True(results.Length == operations.Count, $"{results.Length} of {operations.Count} operations were done.\n{result.Error}");
        return results;
    }

    /// <summary>An operation without what it runs with: no key in a test's output.</summary>
    public static string Describe(JObject operation)
    {
        var shown = (JObject)operation.DeepClone();
        shown.Remove("raw-key");
        return shown.ToString(Formatting.None);
    }
}
