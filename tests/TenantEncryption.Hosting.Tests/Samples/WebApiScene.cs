using Microsoft.Extensions.Hosting;
using TenantEncryption.Hosting.Tests.Scenarios;

namespace TenantEncryption.Hosting.Tests.Samples;

/// <summary>The sample as a process, on a store with tenants whose keys are in a local KMS, without a lease: each request asks for the tenant's key.</summary>
internal sealed class WebApiScene : IAsyncDisposable
{
    private readonly HostScene _host;
    private readonly SampleProcess _sample;
    private readonly IReadOnlyDictionary<string, string> _keyArns;

    private WebApiScene(HostScene host, SampleProcess sample, IReadOnlyDictionary<string, string> keyArns) => (_host, _sample, _keyArns) = (host, sample, keyArns);

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

        return new WebApiScene(host, await SampleProcess.StartAsync(host, "WebApi", "--Uploads=" + UploadsOf(host)), keyArns);
    }

    public Task<HttpResponseMessage> PutAsync(string tenantId, string name, byte[] content) =>
        _sample.Http.PutAsync(new Uri($"/tenants/{tenantId}/files/{name}", UriKind.Relative), new ByteArrayContent(content));

    public Task<HttpResponseMessage> GetAsync(string tenantId, string name) => _sample.Http.GetAsync(new Uri($"/tenants/{tenantId}/files/{name}", UriKind.Relative));

    public Task<string> GetTextAsync(string path) => _sample.Http.GetStringAsync(new Uri(path, UriKind.Relative));

    public async Task<Metrics> MetricsAsync() => new(await GetTextAsync("/metrics"));

    public Task DisableAsync(string tenantId) => _host.DisableAsync(_keyArns[tenantId]);

    public async ValueTask DisposeAsync()
    {
        await _sample.DisposeAsync();
        await _host.DisposeAsync();
    }

    private static string UploadsOf(HostScene host) => Path.Combine(host.Folder, "uploads");
}
