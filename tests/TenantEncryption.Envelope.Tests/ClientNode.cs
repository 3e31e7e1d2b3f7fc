using System.Diagnostics;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace TenantEncryption.Tests.Envelope;

/// <summary>AWS's JavaScript implementation, through <c>tests/interop/envelope.mjs</c>: one process for many operations.</summary>
internal static class ClientNode
{
    /// <summary>The folder of the script, if the implementation is installed there.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>Runs operations in turn.</summary>
    /// <param name="operations">Objects as the head of the script describes them.</param>
    /// <returns>The result of each.</returns>
    public static async Task<IReadOnlyList<JObject>> RunAsync(IReadOnlyList<JObject> operations)
    {
        var start = new ProcessStartInfo("node", ["envelope.mjs", "batch"])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        using Process node = Process.Start(start)!;
        Task<string> output = node.StandardOutput.ReadToEndAsync();
        foreach (JObject operation in operations)
        {
            await node.StandardInput.WriteLineAsync(operation.ToString(Formatting.None));
        }

        node.StandardInput.Close();
        JObject[] results = (await output)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(JObject.Parse)
            .ToArray();
        await node.WaitForExitAsync();
        Assert.Equal(operations.Count, results.Length);
        return results;
    }

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string interop = Path.Combine(folder.FullName, "tests", "interop");
            if (File.Exists(Path.Combine(interop, "envelope.mjs")))
            {
                return Directory.Exists(Path.Combine(interop, "node_modules", "@aws-crypto")) ? interop : null;
            }
        }

        return null;
    }
}
