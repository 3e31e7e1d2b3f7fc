using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Hosting;
using TenantEncryption.Hosting.Tests.Scenarios;
using TenantEncryption.Testing;

namespace TenantEncryption.Hosting.Tests.Samples;

/// <summary>The sample as a process, on a store with tenants whose keys are in a local KMS, without a lease: each request asks for the tenant's key.</summary>
internal sealed partial class WebApiScene : IAsyncDisposable
{
    private readonly HostScene _host;
    private readonly Process _process;
    private readonly HttpClient _http;
    private readonly IReadOnlyDictionary<string, string> _keyArns;

    private WebApiScene(HostScene host, Process process, Uri address, IReadOnlyDictionary<string, string> keyArns) =>
        (_host, _process, _http, _keyArns) = (host, process, new HttpClient { BaseAddress = address }, keyArns);

    public string Folder => _host.Folder;

    /// <summary>The files of the uploads, whole or not.</summary>
    public IReadOnlyList<string> Messages =>
        Directory.Exists(UploadsOf(_host)) ? Directory.GetFiles(UploadsOf(_host), "*", SearchOption.AllDirectories) : [];

    public static async Task<WebApiScene> BeginAsync(params string[] tenantIds)
    {
        HostScene host = await HostScene.BeginAsync();
        var keyArns = new Dictionary<string, string>();
        using (IHost administration = await host.StartAsync())
        {
            foreach (string tenantId in tenantIds)
            {
                keyArns[tenantId] = await host.AddTenantAsync(administration, tenantId);
            }
        }

        (Process process, Uri address) = await StartAsync(host);
        return new WebApiScene(host, process, address, keyArns);
    }

    public Task<HttpResponseMessage> PutAsync(string tenantId, string name, byte[] content) =>
        _http.PutAsync(new Uri($"/tenants/{tenantId}/files/{name}", UriKind.Relative), new ByteArrayContent(content));

    public Task<HttpResponseMessage> GetAsync(string tenantId, string name) => _http.GetAsync(new Uri($"/tenants/{tenantId}/files/{name}", UriKind.Relative));

    public Task<string> GetTextAsync(string path) => _http.GetStringAsync(new Uri(path, UriKind.Relative));

    public async Task<Metrics> MetricsAsync() => new(await GetTextAsync("/metrics"));

    public Task DisableAsync(string tenantId) => _host.DisableAsync(_keyArns[tenantId]);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        await _host.DisposeAsync();
    }

    private static async Task<(Process Process, Uri Address)> StartAsync(HostScene host)
    {
        string program = Repository.At("samples", "WebApi", "bin", Configuration, "net10.0", "WebApi.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", program, "--Port=0", "--Uploads=" + UploadsOf(host)])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(program)!,
            Environment =
            {
                ["AWS_ACCESS_KEY_ID"] = "local",
                ["AWS_SECRET_ACCESS_KEY"] = "local",
                ["TenantEncryption__StorePath"] = host.StorePath,
                ["TenantEncryption__RootKeyFolder"] = Path.Combine(host.Folder, "roots"),
                ["TenantEncryption__KeyLease"] = "00:00:00",
            },
        };
        Process process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return (process, new Uri(match.Value));
            }
        }

        throw new InvalidOperationException($"The sample ended with {process.ExitCode} before it listened.");
    }

    private static string UploadsOf(HostScene host) => Path.Combine(host.Folder, "uploads");

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Listening();
}
