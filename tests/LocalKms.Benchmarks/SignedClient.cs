using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace LocalKms.Benchmarks;

/// <summary>A lean client that signs each request (Signature Version 4), so that the server is what is measured.</summary>
internal sealed class SignedClient : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/x-amz-json-1.1");

    private readonly HttpClient _http;
    private readonly Uri _url;
    private readonly ConcurrentDictionary<string, byte[]> _keys = new();

    public SignedClient(string url, int connections)
    {
        _url = new Uri(url);
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections, UseProxy = false, AllowAutoRedirect = false });
    }

    public async Task<byte[]> CallAsync(string accessKey, string operation, byte[] body)
    {
        string timestamp = DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string target = "TrentService." + operation;
        string scope = $"{timestamp[..8]}/eu-west-1/kms/aws4_request";
        string canonical =
            $"POST\n/\n\nhost:{_url.Authority}\nx-amz-date:{timestamp}\nx-amz-target:{target}\n\nhost;x-amz-date;x-amz-target\n{Hex(SHA256.HashData(body))}";
        string toSign = $"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        byte[] key = _keys.GetOrAdd($"{accessKey}/{scope}", static entry =>
        {
            string[] parts = entry.Split('/');
            byte[] derived = Encoding.UTF8.GetBytes("AWS4" + parts[0]);
            return parts.Skip(1).Aggregate(derived, (current, part) => HMACSHA256.HashData(current, Encoding.UTF8.GetBytes(part)));
        });
        string signature = Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));

        using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = Json;
        request.Headers.TryAddWithoutValidation("X-Amz-Target", target);
        request.Headers.TryAddWithoutValidation("X-Amz-Date", timestamp);
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential={accessKey}/{scope}, SignedHeaders=host;x-amz-date;x-amz-target, Signature={signature}");
        using HttpResponseMessage response = await _http.SendAsync(request).ConfigureAwait(false);
        byte[] answer = await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
        return response.IsSuccessStatusCode
            ? answer
            : throw new InvalidOperationException($"{(int)response.StatusCode} {Encoding.UTF8.GetString(answer)}");
    }

    public void Dispose() => _http.Dispose();

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
