using System.Net;
using Amazon.Runtime;

namespace TenantEncryption.Aws.Endpoints;

/// <summary>
/// The HTTP clients of one adapter, shared by its SDK clients. Redirects are not followed (a 307 would send a request's
/// plaintext to another host), and calls to this machine never go through a proxy, which would put plain http on the network.
/// </summary>
/// <param name="options">Time limits.</param>
/// <param name="guard">Looks at each answer; <see langword="null"/>: none is read beyond <see cref="AnswerLimit.Longest"/>.</param>
internal sealed class Transport(AwsKmsOptions options, Func<HttpMessageHandler, HttpMessageHandler>? guard = null) : HttpClientFactory, IDisposable
{
    private readonly object _gate = new();
    private HttpClient? _local;
    private HttpClient? _remote;
    private bool _disposed;

    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        ArgumentNullException.ThrowIfNull(clientConfig);
        bool isLocal = clientConfig.ServiceURL is { } url && new Uri(url).IsLoopback;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return isLocal ? _local ??= Create(useProxy: false, null) : _remote ??= Create(useProxy: true, clientConfig.GetWebProxy());
        }
    }

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _local?.Dispose();
            _remote?.Dispose();
        }
    }

    private HttpClient Create(bool useProxy, IWebProxy? proxy)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,
            // Connections are renewed so that a change in DNS is seen.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
            UseProxy = useProxy,
            Proxy = proxy,
        };
        return new HttpClient(guard?.Invoke(handler) ?? new AnswerLimit(handler)) { Timeout = options.AttemptTimeout };
    }
}
