using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace TenantEncryption.S3.Tests.Faults;

/// <summary>
/// Stands before a server of S3's protocol. It does what Amazon S3 does and <c>moto_server</c> does not (conditions of CompleteMultipartUpload, checksums), and what
/// goes wrong on networks when a test asks for it.
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly HttpClient _server;
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _keys = new();
    private readonly ConcurrentQueue<ProxiedRequest> _seen = new();
    private int _count;

    private FaultProxy(WebApplication application, string serverUrl)
    {
        _application = application;
        _server = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None })
        {
            BaseAddress = new Uri(serverUrl),
            Timeout = TimeSpan.FromMinutes(5),
        };
    }

    /// <summary>Where it listens.</summary>
    public string Url => _application.Urls.Single();

    /// <summary>Decides what goes wrong with a request; nothing unless a test sets it.</summary>
    public Func<ProxiedRequest, Fault?> Faults { get; set; } = _ => null;

    /// <summary>Whether CompleteMultipartUpload minds its conditions.</summary>
    public bool MindsConditionsOfParts { get; set; } = true;

    /// <summary>Whether PutObject minds its conditions.</summary>
    public bool MindsConditionsOfPut { get; set; } = true;

    /// <summary>The requests that came.</summary>
    public IReadOnlyCollection<ProxiedRequest> Seen => _seen;

    /// <summary>How many requests of an operation came, probes aside.</summary>
    public int Count(string operation) => _seen.Count(request => request.Operation == operation && !request.IsProbe);

    /// <summary>Starts one.</summary>
    /// <param name="serverUrl">The server behind it.</param>
    public static async Task<FaultProxy> StartAsync(string serverUrl)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.AllowSynchronousIO = false;
        });
        WebApplication application = builder.Build();
        var proxy = new FaultProxy(application, serverUrl);
        application.Run(proxy.ServeAsync);
        await application.StartAsync();
        return proxy;
    }

    /// <summary>A fault for the first requests that a test means, so many of them.</summary>
    public static Func<ProxiedRequest, Fault?> First(int times, Func<ProxiedRequest, bool> which, Func<Fault> fault)
    {
        int left = times;
        return request => !request.IsProbe && which(request) && Interlocked.Decrement(ref left) >= 0 ? fault() : null;
    }

    /// <summary>A fault for the first requests of an operation, so many of them.</summary>
    public static Func<ProxiedRequest, Fault?> First(int times, string operation, Func<Fault> fault) => First(times, request => request.Operation == operation, fault);

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _server.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        string target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var request = new ProxiedRequest(
            context.Request.Method,
            target,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Interlocked.Increment(ref _count) - 1);
        _seen.Enqueue(request);
        Fault? fault = Faults(request);
        var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content, context.RequestAborted);
        if (fault is Fault.Damages && content.Length > 0)
        {
            content.GetBuffer()[content.Length / 2] ^= 1;
        }

        if (fault is Fault.Meanwhile { After: false } before)
        {
            await before.What();
        }

        if (fault is Fault.CutBefore)
        {
            context.Abort();
        }
        else if (fault is Fault.Refuses refusal)
        {
            await RefuseAsync(context, refusal.Status, refusal.Code);
        }
        else if (IsDamaged(request, content))
        {
            await RefuseAsync(context, HttpStatusCode.BadRequest, "BadDigest");
        }
        else
        {
            await ForwardAsync(context, request, content, fault);
        }
    }

    private async Task ForwardAsync(HttpContext context, ProxiedRequest request, MemoryStream content, Fault? fault)
    {
        // One writer of a key at a time, so that what is seen here is what the server then finds.
        SemaphoreSlim? gate = request.Method is "PUT" or "POST" or "DELETE" ? _keys.GetOrAdd(request.Target.Split('?')[0], _ => new SemaphoreSlim(1)) : null;
        if (gate is not null)
        {
            await gate.WaitAsync();
        }

        try
        {
            if (request.Operation == "CompleteMultipartUpload" && MindsConditionsOfParts && await BreaksConditionAsync(request) is { } broken)
            {
                await RefuseAsync(context, broken.Status, broken.Code);
                return;
            }

            using HttpResponseMessage answer = await _server.SendAsync(Copy(request, content), HttpCompletionOption.ResponseHeadersRead);
            if (fault is Fault.Meanwhile { After: true } after)
            {
                await after.What();
            }

            if (fault is Fault.CutAfter)
            {
                await answer.Content.LoadIntoBufferAsync();
                context.Abort();
                return;
            }

            await AnswerAsync(context, request, answer, fault);
        }
        finally
        {
            gate?.Release();
        }
    }

    private static async Task AnswerAsync(HttpContext context, ProxiedRequest request, HttpResponseMessage answer, Fault? fault)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach ((string name, IEnumerable<string> values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (name is not ("Transfer-Encoding" or "Connection" or "Server" or "Date"))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        if (request.Method == "HEAD")
        {
            return;
        }

        await using Stream body = await answer.Content.ReadAsStreamAsync();
        switch (fault)
        {
            case Fault.CutIn(int bytes):
                await CopyAsync(body, context.Response.Body, bytes);
                await context.Response.Body.FlushAsync();
                // What was flushed is to arrive before the connection goes.
                await Task.Delay(50);
                context.Abort();
                break;
            case Fault.Stalls(int bytes):
                await CopyAsync(body, context.Response.Body, bytes);
                await context.Response.Body.FlushAsync();
                await Task.WhenAny(Task.Delay(TimeSpan.FromMinutes(2), context.RequestAborted));
                break;
            default:
                await body.CopyToAsync(context.Response.Body, 1 << 20);
                break;
        }
    }

    private static async Task CopyAsync(Stream source, Stream destination, int bytes)
    {
        byte[] some = new byte[bytes];
        int read = await source.ReadAtLeastAsync(some, bytes, throwOnEndOfStream: false);
        await destination.WriteAsync(some.AsMemory(0, read));
    }

    private HttpRequestMessage Copy(ProxiedRequest request, MemoryStream content)
    {
        var copy = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(_server.BaseAddress!, request.Target))
        {
            Content = new ByteArrayContent(content.GetBuffer(), 0, (int)content.Length),
        };
        bool leavesConditions = request.Operation == "PutObject" && !MindsConditionsOfPut;
        foreach ((string name, string value) in request.Headers)
        {
            bool isOfConnection = name is "Host" or "Expect" or "Content-Length" or "Connection" or "Transfer-Encoding";
            if (isOfConnection || (leavesConditions && (name is "If-Match" or "If-None-Match")))
            {
                continue;
            }

            if (!copy.Headers.TryAddWithoutValidation(name, value))
            {
                copy.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return copy;
    }

    // 404 where there is nothing to match, 412 else (Amazon S3 user guide, "Conditional writes").
    private async Task<(HttpStatusCode Status, string Code)?> BreaksConditionAsync(ProxiedRequest request)
    {
        using var head = new HttpRequestMessage(HttpMethod.Head, new Uri(_server.BaseAddress!, request.Target.Split('?')[0]));
        head.Headers.TryAddWithoutValidation("Authorization", request.Headers["Authorization"]);
        using HttpResponseMessage there = await _server.SendAsync(head);
        bool exists = there.IsSuccessStatusCode;
        if (request.Headers.TryGetValue("If-Match", out string? tag))
        {
            return !exists ? (HttpStatusCode.NotFound, "NoSuchKey") : there.Headers.ETag?.ToString() != tag ? (HttpStatusCode.PreconditionFailed, "PreconditionFailed") : null;
        }

        return request.Headers.ContainsKey("If-None-Match") && exists ? (HttpStatusCode.PreconditionFailed, "PreconditionFailed") : null;
    }

    private static bool IsDamaged(ProxiedRequest request, MemoryStream content)
    {
        ReadOnlySpan<byte> bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        return (request.Headers.TryGetValue("x-amz-checksum-crc64nvme", out string? crc) && request.Method == "PUT" && crc != Convert.ToBase64String(Crc64.Hash(Crc64ParameterSet.Nvme, bytes)))
            || (request.Headers.TryGetValue("x-amz-content-sha256", out string? sha) && sha.Length == 64 && sha != Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private static Task RefuseAsync(HttpContext context, HttpStatusCode status, string code)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "application/xml";
        return context.Request.Method == "HEAD"
            ? Task.CompletedTask
            : context.Response.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>As the test asked.</Message><RequestId>0</RequestId></Error>", Encoding.UTF8);
    }
}
