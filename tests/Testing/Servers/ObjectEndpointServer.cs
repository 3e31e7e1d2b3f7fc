using System.Diagnostics;

namespace TenantEncryption.Testing.Servers;

/// <summary>The object store in memory of <c>tests/ObjectEndpoint</c>, as a process of its own, which ends with this one.</summary>
public sealed class ObjectEndpointServer : IDisposable
{
    private readonly Process _process;

    private ObjectEndpointServer(Process process, string url) => (_process, Url) = (process, url);

    /// <summary>Where it listens.</summary>
    public string Url { get; }

    /// <summary>Starts one; it was built with the solution.</summary>
    public static async Task<ObjectEndpointServer> StartAsync()
    {
        string configuration = Directory.GetParent(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar))!.Name;
        string program = Repository.At("tests", "ObjectEndpoint", "bin", configuration, "net10.0", "TenantEncryption.ObjectEndpoint.dll");
        Process process = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        return new ObjectEndpointServer(process, await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"{program} did not start."));
    }

    /// <summary>Makes a bucket.</summary>
    public async Task<string> NewBucketAsync()
    {
        string name = "b-" + Guid.NewGuid().ToString("N");
        using var client = new HttpClient();
        using HttpResponseMessage answer = await client.PutAsync($"{Url}/{name}", null);
        answer.EnsureSuccessStatusCode();
        return name;
    }

    /// <summary>The processor time that it took.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
